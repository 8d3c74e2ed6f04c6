package discord

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"riskroom/adapters/discord"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core/config"
	"riskroom/core/text"
)

// applicationFlag is the flag for the Application ID.
const applicationFlag = "application"

func manifest() platform.Manifest {
	return platform.Manifest{
		Short: text.Plain("Print how to set up the Discord application"),
		Long: text.Plain(`This prints the steps to set up the Discord application for a workspace of the
config file: what to click, where each secret comes from, which intents to switch
on, and the link that installs the bot with only the permissions that it needs.

A workspace with a public_key uses HTTP and needs --url, the public address of
serve. The command connects to nothing and needs no secrets.

Exit codes: 0 printed, 1 the config file has problems, 2 the command line is
wrong.`),
		Example: `  riskroom manifest discord --config riskroom.yaml
  riskroom manifest discord -c riskroom.yaml --url https://risk.example.com`,
		Flags: []platform.Flag{{Name: applicationFlag, Help: text.Plain("the Application ID from General Information, for the link")}},
		Print: printManifest,
	}
}

var applicationID = regexp.MustCompile(`^[0-9]{17,20}$`)

func printManifest(f platform.ManifestFor) (platform.SetUp, error) {
	endpoint, err := endpointOf(f.Workspace, f.URL)
	if err != nil {
		return platform.SetUp{}, err
	}
	application := f.Flags[applicationFlag]
	if application != "" && !applicationID.MatchString(application) {
		return platform.SetUp{}, platform.Mistakef("--application must be the Application ID, which has 17 to 20 digits")
	}
	return platform.SetUp{Manifest: setUpSteps(f, application, endpoint, discord.RequiredPermissions(f.Config.Uses(f.Workspace.Name)))}, nil
}

// endpointOf returns the URL for a workspace's interactions, "" for the gateway.
func endpointOf(w config.WorkspaceSettings, public string) (string, error) {
	switch overHTTP := w.Values[publicKeyKey] != ""; {
	case !overHTTP && public != "":
		return "", platform.Mistakef("%s has no public_key, so it uses the gateway and needs no --url", w.Name)
	case !overHTTP:
		return "", nil
	case public == "":
		return "", platform.Mistakef("%s has a public_key, so Discord calls serve over HTTP: give its address with --url https://…", w.Name)
	}
	u, err := platform.PublicAddress(public)
	if err != nil {
		return "", err
	}
	return u.JoinPath("discord", w.Name, "interactions").String(), nil
}

// setUpSteps returns what to do, in order.
func setUpSteps(f platform.ManifestFor, application, endpoint string, permissions []discord.Permission) string {
	var names []string
	var bits uint64
	for _, p := range permissions {
		names, bits = append(names, p.Name), bits|p.Bit
	}
	asks := f.Say("It requests no permissions: commands and direct messages need none.")
	if len(names) > 0 {
		asks = f.Say("It requests these permissions: %s", strings.Join(names, " "))
	}
	if application == "" {
		application = "APPLICATION_ID"
	}
	link := "https://discord.com/oauth2/authorize?" + url.Values{
		"client_id": {application}, "scope": {"bot applications.commands"}, "permissions": {strconv.FormatUint(bits, 10)},
	}.Encode()
	general := f.Say("General Information: put the Application ID into the link of step 5.")
	if endpoint != "" {
		general = f.Say("General Information: put the Application ID into the link of step 5; the Public Key is the public_key.")
	}
	steps := []string{
		f.Say("At https://discord.com/developers/applications: New Application, or open an existing one."),
		general,
		f.Say("Bot: Reset Token. The token that it shows once is the bot_token."),
		f.Say("Bot, Privileged Gateway Intents: switch on Server Members Intent if the file names roles, as @role, or if\n" +
			"   riskroom should notice at once when people leave the server. Leave the others off."),
		f.Say("Open this link and add the bot to the server:") + "\n   " + link + "\n   " + asks,
		f.Say("In Discord: User Settings, Advanced, Developer Mode; then Copy Server ID on the server's icon. This is the guild_id."),
	}
	if endpoint != "" {
		steps = append(steps, f.Say("Once riskroom serve is running: General Information, Interactions Endpoint URL:")+"\n   "+endpoint)
	} else {
		steps = append(steps, f.Say("General Information: leave Interactions Endpoint URL empty; commands come over the gateway."))
	}
	var b strings.Builder
	for i, step := range steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, step)
	}
	return b.String()
}
