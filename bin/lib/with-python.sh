#!/usr/bin/env bash
# with-python.sh PROGRAM ARGS...: find a Python that Odoo 19 accepts, let it prepare the pinned
# virtual environment, and run PROGRAM of this folder in that environment.
set -euo pipefail
lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1
shift

accepted() {
    "$1" -I -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

# The distribution's own build comes first: it is optimised, one built by hand often is not.
find_python() {
    local candidate
    for candidate in /usr/bin/python3.11 /usr/bin/python3 python3.12 python3.13 python3.11 \
        python3.10 python3; do
        if accepted "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

if [ -n "${CUSTOMER_DELIVERY_PYTHON:-}" ]; then
    if ! accepted "$CUSTOMER_DELIVERY_PYTHON"; then
        echo "CUSTOMER_DELIVERY_PYTHON ($CUSTOMER_DELIVERY_PYTHON) is not a Python 3.10 to 3.13:" \
            "name one that is, or unset it." >&2
        exit 1
    fi
    python=$CUSTOMER_DELIVERY_PYTHON
elif ! python=$(find_python); then
    echo "Odoo 19 needs Python 3.10 to 3.13 and none was found: install one (Debian: apt-get" \
        "install python3 python3-venv) or name it in CUSTOMER_DELIVERY_PYTHON." >&2
    exit 1
fi

unset PYTHONPATH PYTHONHOME
export PYTHONDONTWRITEBYTECODE=1 CUSTOMER_DELIVERY_PYTHON="$python"
environment=$("$python" "$lib/environment.py")
exec "$environment/bin/python" "$lib/$program" "$@"
