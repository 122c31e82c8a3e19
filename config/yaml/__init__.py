"""YAML 1.2 with the position of every value.

``events`` parses a text, ``nodes`` builds the tree of a file, ``positions`` maps offsets in a value
to lines and columns, ``edits`` finds where the text of a file is edited.
"""
