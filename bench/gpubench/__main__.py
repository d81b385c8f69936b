"""`python -m gpubench` is the command."""

from gpubench.cli.main import main

if __name__ == "__main__":
    main()
