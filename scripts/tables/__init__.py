"""The tables of README and docs/, each a function from files to Markdown."""
