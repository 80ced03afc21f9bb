"""What train.py can do, a command a file; `cli.py` puts them together.

recipe_options.py   options that the fields of a Recipe make
resolve.py          from these options to recipes; members.py to those of a sweep
shared.py           options that several commands take
former.py           the flags from before there were commands, which go on working
"""
