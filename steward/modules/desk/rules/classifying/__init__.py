"""The embedded classifier, without a database: phrases, features, a linear model, and when it may decide alone."""
