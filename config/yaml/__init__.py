"""YAML 1.2 with the position of every value: ``nodes`` parses, ``positions`` maps offsets."""
