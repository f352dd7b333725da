"""``python -m oppwizard``: the same as the ``oppwizard`` command."""

from oppwizard.cli import main

if __name__ == "__main__":
    main()
