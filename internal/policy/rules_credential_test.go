package policy

// sounds is what is said of a value for its name.
func sounds(at, name string) string {
	return "error: " + at + `: holds what sounds secret by its name "` + name + `"` + readable
}

const (
	container = "Deployment cache/a spec.template.spec.containers.0."
	// Invented, as the others are.
	inventedSlack = "xoxb" + "-000000000000-inventedinvented"
)

var moreCredentialCases = []ruleCase{
	{"plain-credential", "by more names", []string{deployment("a", "", "env: [{name: MYSQL_PASS, value: hunter2}, {name: dbPass, value: 'a b:c'}, {name: ADMIN_PASSWORD, value: '12345678'}, {name: ENCRYPTION_KEY, value: 0123456789abcdef0123}, {name: SIGNING_KEY, value: Zm9vYmFyYmF6cXV4MTIz}]", "")}, []string{
		sounds(container+"env.0.value", "MYSQL_PASS"),
		sounds(container+"env.1.value", "dbPass"),
		sounds(container+"env.2.value", "ADMIN_PASSWORD"),
		sounds(container+"env.3.value", "ENCRYPTION_KEY"),
		sounds(container+"env.4.value", "SIGNING_KEY"),
	}},
	{"plain-credential", "within commands and connection strings", []string{deployment("a", "", `env: [{name: DSN, value: 'host=db user=me password=hunter2 sslmode=require'}, {name: JDBC, value: 'jdbc:postgresql://db/a?user=me&password=hunter2'}], command: [sh, -c, "PGPASSWORD=hunter2 psql -h db"], args: [--from-literal=password=hunter2]`, "")}, []string{
		sounds(container+"env.0.value", "password"),
		sounds(container+"env.1.value", "password"),
		sounds(container+"command.2", "PGPASSWORD"),
		sounds(container+"args.0", "password"),
	}},
	{"plain-credential", "in ConfigMaps on one line", []string{
		settingsOf("a", "  a.json: '{\"db\": {\"password\": \"hunter2\"}}'\n  b.env: API_TOKEN=hunter2hunter2\n  c: "+inventedSlack+"\n") + "binaryData: {d: UEFTU1dPUkQ9aHVudGVyMgo=}\n",
	}, []string{
		"error: ConfigMap cache/a data.c: holds a token of Slack" + readable,
		sounds("ConfigMap cache/a data.a.json", "password"),
		sounds("ConfigMap cache/a data.b.env", "API_TOKEN"),
		sounds("ConfigMap cache/a binaryData.d", "PASSWORD"),
	}},
	{"plain-credential", "beside what is encrypted", []string{
		"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a, namespace: cache}\nspec: {encryptedData: {a: aW52ZW50ZWQ}, template: {data: {password: hunter2}}}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: cache}\ndata: {password: hunter2}\nsops: {}\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: cache, annotations: {a: " + inventedJWT + "}}\n" + bySOPS,
	}, []string{
		sounds("SealedSecret cache/a spec.template.data.password", "password"),
		sounds("ConfigMap cache/a data.password", "password"),
		"error: Secret cache/a metadata.annotations.a: holds a JSON Web Token" + readable,
	}},
	{"plain-credential", "what is still none", []string{
		deployment("a", "", `env: [{name: ALLOW_BYPASS, value: everything}, {name: PASSWORD_MIN, value: '12345678'}, {name: ENCRYPTION_KEY, value: name-of-a-key-in-vault}, {name: TOKEN_COUNT, value: '1000000'}, {name: PASSWORD, value: none}], command: [sh, -c, 'PGPASSWORD="$(cat /run/a)" psql "host=db password=$PASSWORD"'], args: [--require-password=true]`, ""),
		settingsOf("a", "  a.md: |\n    password: the one that you were given\n    // token=aaaaaaaa\n  b.json: '{\"token\": 1, \"password\": \"${PASSWORD}\"}'\n"),
		"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a, namespace: cache}\nspec: {template: {data: {a.ini: 'password={{ .password }}'}}}\n",
	}, nil},
}
