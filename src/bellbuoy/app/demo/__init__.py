"""The demo: a year of a real model's life, made from the flights that left New York in 2013."""
