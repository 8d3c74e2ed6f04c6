package platform

import (
	"errors"
	"net/url"

	"riskroom/core/config"
	"riskroom/core/text"
)

// Manifest is a platform's subcommand of `riskroom manifest`, which prints how an
// app is set up there.
type Manifest struct {
	Short   string
	Long    string
	Example string
	Flags   []Flag // in addition to --config, --workspace and --url
	// Print says how to set up the app of a workspace. Its errors are mistakes on
	// the command line.
	Print func(ManifestFor) (SetUp, error)
}

// Flag is a flag with a text as its value.
type Flag struct{ Name, Help string }

// ManifestFor is what a manifest is printed for.
type ManifestFor struct {
	Config    *config.Config
	Workspace config.WorkspaceSettings
	URL       string // of --url; "" if it is not given
	Flags     map[string]string
	Text      text.Printer // in the config file's language
}

// SetUp is how an app is set up.
type SetUp struct {
	Manifest string // goes to stdout
	Then     string // what is left to do afterwards, for stderr
}

// PublicAddress reads what --url takes.
func PublicAddress(public string) (*url.URL, error) {
	u, err := url.Parse(public)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("--url takes an https address, such as https://risk.example.com")
	}
	return u, nil
}
