package core

// Uses is what riskroom does in one workspace in addition to taking commands and
// sending direct messages. Platforms derive from it which permissions the bot needs,
// and ask for no others.
type Uses struct {
	Addresses bool // it looks people up by e-mail address
	Channels  bool // it posts in existing channels
	Groups    bool // it creates and changes groups
	Files     bool // it takes files in forms and posts them
}

// And returns what u and other have riskroom do together.
func (u Uses) And(other Uses) Uses {
	u.Addresses = u.Addresses || other.Addresses
	u.Channels = u.Channels || other.Channels
	u.Groups = u.Groups || other.Groups
	u.Files = u.Files || other.Files
	return u
}
