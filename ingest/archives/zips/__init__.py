"""Zip files, read without believing anything that they say of themselves: what is in them, and its bytes."""

from ingest.archives.zips.content import MemberCursor, opened
from ingest.archives.zips.directory import MAGIC, MOST_MEMBERS, Archive, Member, find, members

__all__ = ["MAGIC", "MOST_MEMBERS", "Archive", "Member", "MemberCursor", "find", "members", "opened"]
