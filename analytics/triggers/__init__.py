"""What goes with better and worse nights: journal factors held against outcomes, in one person. Associations only."""
