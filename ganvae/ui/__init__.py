"""The page: a folder for each tab, and what the tabs share. It holds no mathematics."""
