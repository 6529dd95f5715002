"""The pack of alarms that every model starts with, judged by what was usual."""
