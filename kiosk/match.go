package kiosk

// Colours and Animals are the keys of which the word and colour of a sale are made. Views names
// them in every language and gives each colour its value.
var (
	Colours = []string{
		"amber", "red", "blue", "green", "violet", "pink",
		"teal", "brown", "grey", "lime", "coral", "navy",
	}
	Animals = []string{
		"ant", "badger", "bear", "beaver", "bee", "bison", "camel", "cat", "cow", "crab",
		"crane", "deer", "dog", "dolphin", "duck", "eagle", "elk", "falcon", "fox", "frog",
		"goat", "goose", "hare", "hawk", "heron", "horse", "koala", "lark", "lion", "lynx",
		"mole", "mouse", "otter", "owl", "panda", "puma", "raven", "robin", "seal", "swan",
	}
)
