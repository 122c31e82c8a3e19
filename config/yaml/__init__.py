"""YAML 1.2 with the position of every value.

``nodes`` parses a file into a tree, ``positions`` maps offsets in a value to lines and columns,
``edits`` finds where the text of a file is edited.
"""
