"""What a person may hand on: nights without names and dates, and what a bug report needs. Nothing is sent.

What is not named here is left out: a column that comes later is not handed on before it was looked at.
"""
