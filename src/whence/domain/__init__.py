"""The six nouns and what they answer by themselves: values only, standard library only."""
