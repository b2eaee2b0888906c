"""The settings: a page for each subject, each made of small forms that work without a script."""
