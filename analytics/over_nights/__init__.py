"""What a person's nights and journal say together: the signs for a clinician, and the answer to "is it harmless?"."""
