"""Operations on the ticked rows of a list: chosen, previewed, run, and told afterwards."""
