"""`python -m eval`: tables on stdout, progress on stderr; exit 0 fine, 1 a gate failed, 2 bad usage."""

import os
import sys

from eval.options import parser
from index.errors import FootnoteError


def main(arguments: list[str] | None = None) -> int:
    """Run one evaluation; the exit code."""
    options = parser().parse_args(arguments)
    options.makers = f"{options.model} {_surroundings()}"
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


def _surroundings() -> dict[str, str]:
    """The settings in the environment that change an answer, so that a saved one is known for what it is."""
    chosen = {name: value for name, value in os.environ.items() if name.startswith("FOOTNOTE_")}
    chosen.pop("FOOTNOTE_STORE", None)
    server = os.environ.get("OPENAI_BASE_URL", "")
    return dict(sorted(chosen.items())) | {"server": server, "key": str("OPENAI_API_KEY" in os.environ)}


if __name__ == "__main__":
    sys.exit(main())
