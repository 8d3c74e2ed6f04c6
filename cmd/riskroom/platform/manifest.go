package platform

import (
	"net/url"

	"riskroom/core/config"
	"riskroom/core/text"
)

// Manifest is a platform's subcommand of `riskroom manifest`, which prints how to set
// up the app.
type Manifest struct {
	Short   text.Phrase
	Long    text.Phrase
	Example string
	Flags   []Flag // in addition to --config, --workspace and --url
	// Print returns how to set up the app for a workspace. A Mistake is one in the
	// command line.
	Print func(ManifestFor) (SetUp, error)
}

// Flag is a flag with a text as its value.
type Flag struct {
	Name string
	Help text.Phrase
}

// ManifestFor is the input of Print.
type ManifestFor struct {
	Config    *config.Config
	Workspace config.WorkspaceSettings
	URL       string // of --url; "" if unset
	Flags     map[string]string
	Text      text.Printer // in the config file's language
	Words     text.Wording // of the steps
}

// Say returns a phrase in the language of the steps.
func (f ManifestFor) Say(format string, args ...any) string {
	return f.Words.Say(text.Phrasef(format, args...))
}

// Mistake is a mistake in the command line.
type Mistake struct{ Says text.Phrase }

func (m Mistake) Error() string { return m.Says.String() }

// Mistakef returns a Mistake with a phrase.
func Mistakef(format string, args ...any) error { return Mistake{text.Phrasef(format, args...)} }

// SetUp is the output of Print.
type SetUp struct {
	Manifest string // for stdout
	Then     string // the next steps, for stderr
}

// PublicAddress parses the value of --url.
func PublicAddress(public string) (*url.URL, error) {
	u, err := url.Parse(public)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, Mistakef("--url takes an https address, such as https://risk.example.com")
	}
	return u, nil
}
