# load.py: executes the file in the next argument, for python3 -c.
#
# For a script in a file, python3 looks for modules in the script's folder,
# which is ours; people expect those of cwd=, as with `python3 -`.  With -c,
# sys.path begins with the current folder.  PYTHONPATH would affect all child
# processes, and a line before the script would shift its line numbers.
import io
import sys

sys.argv.pop(0)
__file__ = sys.argv[0]
__script__ = compile(io.FileIO(__file__).readall(), __file__, exec.__name__)
del io, sys
exec(__script__)
