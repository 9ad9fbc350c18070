"""What the web UI's types are made from: the document of Whence's own API, as `web/openapi.json` has it.

Usage: python -m tests.web.document > web/openapi.json
"""

import json
import sys

from tests.fuzz.documents import document


def written() -> str:
    """One line a value and names in order, so that a difference shows what changed."""
    return json.dumps(document("native"), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(written())
