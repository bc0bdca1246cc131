"""Check the licenses and the known vulnerabilities of what the extras install: `make audit`.

Ends with 1 if a license is not in the list of `licenses`, or if an advisory names one of the
versions that are installed. Without a way to the advisories (pypi.org) that part is skipped.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from importlib import metadata
from pathlib import Path

from tests.audit.closure import EXTRAS, installed
from tests.audit.licenses import ALLOWED, is_allowed, license_of


def main() -> int:
    distributions = installed("snappy-retriever", EXTRAS)
    bad = check_licenses(distributions)
    return int(bad or check_vulnerabilities(distributions))


def check_licenses(distributions: dict[str, metadata.Distribution]) -> bool:
    """Print the licenses, with those that are not allowed; return whether there are any."""
    licenses = {name: license_of(each) for name, each in sorted(distributions.items())}
    for expression, count in sorted(Counter(licenses.values()).items()):
        reason = ALLOWED.get(expression, "")
        print(f"{count:4}  {expression}{f'  ({reason})' if reason else ''}")
    bad = [name for name, expression in licenses.items() if not is_allowed(expression)]
    for name in bad:
        print(f"not allowed: {name}: {licenses[name]}")
    print(f"licenses: {len(licenses)} packages, {len(bad)} not allowed")
    return bool(bad)


def check_vulnerabilities(distributions: dict[str, metadata.Distribution]) -> bool:
    """Print what pip-audit knows of these versions; return whether it knows anything."""
    pins = [f"{name}=={each.version}" for name, each in sorted(distributions.items())]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("\n".join(pins), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--no-deps"]
        command += ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
        done = subprocess.run(command, capture_output=True, text=True)
    try:
        answers = json.loads(done.stdout)["dependencies"]
    except ValueError:
        answers = []
    audited = [each for each in answers if not each.get("skip_reason")]
    if not audited:
        reasons = [each["skip_reason"] for each in answers] or done.stderr.strip().splitlines()
        said = reasons[-1] if reasons else "it said nothing"
        print(f"vulnerabilities: skipped, no advisories can be had (pip-audit: {said})")
        return False
    known = [(each, each["vulns"]) for each in audited if each.get("vulns")]
    for package, advisories in known:
        for advisory in advisories:
            fixed = ", ".join(advisory["fix_versions"]) or "none yet"
            print(f"{package['name']} {package['version']}: {advisory['id']}, fixed in {fixed}")
    print(
        f"vulnerabilities: {len(audited)} packages, {len(known)} with advisories "
        f"({len(answers) - len(audited)} not known to the index)"
    )
    return bool(known)


if __name__ == "__main__":
    raise SystemExit(main())
