"""Test the spreadsheets connector."""
