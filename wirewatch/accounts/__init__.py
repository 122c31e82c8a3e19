"""Accounts of people: hashes of their passwords."""
