"""What runs inside the sandbox: the only code that opens an untrusted file.

Loaded by ``__main__`` as a package of its own, in a process of its own. Modules here import the
standard library, numpy, shapely, pyarrow, openpyxl, defusedxml and (for two formats) pyogrio, and
one another by relative imports; never the rest of redistrict, whose imports would cost a second.
The parent may import the constants and pure functions.
"""
