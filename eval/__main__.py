"""`python -m eval`: tables on stdout, progress on stderr; exit 0 fine, 1 a gate failed, 2 bad usage."""

import sys

from eval.options import parser
from index.errors import FootnoteError


def main(arguments: list[str] | None = None) -> int:
    """Run one evaluation; the exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"footnote: {error.filename or error}: {error.strerror or 'cannot be used'}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("footnote: stopped; with the same --out the run goes on from here", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
