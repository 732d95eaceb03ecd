"""An invented world: two actors across a river, three rules, a population; nothing of it is the article's."""
