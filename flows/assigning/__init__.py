"""Who wore what, when and where: the lines that say it, and which word counts."""
