#!/usr/bin/env python3
"""Checks schema/mmf-1.schema.json against the corpus that the parser is tested with.

corpus/good and corpus/bad_meaning must be accepted (bad_meaning is what only the parser can see,
among it texts that Python's JSON reader takes and the parser does not), corpus/bad be rejected.
Needs the jsonschema package (Debian: python3-jsonschema). Exits with 1 on any disagreement.
"""

import json
import pathlib
import sys

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
META_SCHEMA = ROOT / "schema" / "mmf-1.schema.json"
CORPUS = ROOT / "tests" / "schema" / "corpus"


def fault_of(validator, path):
    """Why the file is rejected, or None."""
    try:
        document = json.loads(path.read_bytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    errors = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.path)))
    return errors[0].message if errors else None


def check(validator, folder, should_be_accepted):
    """Numbers of files that are as they should be, and that are not."""
    passed = failed = 0
    for path in sorted((CORPUS / folder).glob("*.mmf.json")):
        fault = fault_of(validator, path)
        if (fault is None) == should_be_accepted:
            passed += 1
        else:
            failed += 1
            print(f"{path.relative_to(ROOT)}: {fault or 'accepted, but the parser rejects it'}")
    if passed + failed == 0:
        print(f"corpus/{folder} is empty")
        failed = 1
    return passed, failed


def main():
    meta_schema = json.loads(META_SCHEMA.read_text(encoding="utf-8"))
    validator_class = jsonschema.Draft202012Validator
    validator_class.check_schema(meta_schema)
    validator = validator_class(meta_schema)
    results = [
        check(validator, "good", True),
        check(validator, "bad", False),
        check(validator, "bad_meaning", True),
    ]
    passed = sum(result[0] for result in results)
    failed = sum(result[1] for result in results)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
