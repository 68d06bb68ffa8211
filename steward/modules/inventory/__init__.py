"""Stock: promises, movements, holds."""
