"""Whether a person slept, with a probability: what each half minute showed, and a hidden Markov model over it."""
