"""The `sna` command."""


def main() -> None:
    """Run the command that the arguments of this process name."""
    from orchestration.cli import standard_streams

    standard_streams.prepare()
    from orchestration.cli import app

    app.main()
