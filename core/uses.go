package core

// Uses is what riskroom is made to do in one workspace, beside taking commands and
// sending direct messages. Platforms tell by it which rights their bot needs there
// and ask for no others.
type Uses struct {
	Addresses bool // people are found by their e-mail addresses
	Channels  bool // messages go into channels that are there
	Groups    bool // groups are made and changed
}

// And returns what u and other have riskroom do together.
func (u Uses) And(other Uses) Uses {
	u.Addresses = u.Addresses || other.Addresses
	u.Channels = u.Channels || other.Channels
	u.Groups = u.Groups || other.Groups
	return u
}
