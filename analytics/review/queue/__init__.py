"""The queue: nights of all people, filtered, sorted and paged by the database, and walked from night to night.

`filters` turns an address into a filter, `statements` a filter into SQL; every answer of this package asks these two.
"""
