"""Sheets of pictures over a training: their files, and their writer."""
