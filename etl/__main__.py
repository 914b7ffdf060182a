"""Lets `python -m etl` run the command line."""

from etl.cli import main

main()
