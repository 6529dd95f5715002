"""The command line: verbs that ask the app."""
