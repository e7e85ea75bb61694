package policy

// reads is a Deployment that reads keys of the Secret s3.
func reads(keys ...string) string {
	env := ""
	for _, key := range keys {
		env += "{name: " + key + ", valueFrom: {secretKeyRef: {name: s3, key: " + key + "}}},"
	}
	return deployment("a", "", "env: ["+env+"]", "")
}

// lacksKey is what is said of the second variable, which reads key.
func lacksKey() []string {
	return []string{`error: Deployment cache/a spec.template.spec.containers.0.env.1.valueFrom.secretKeyRef.name: names Secret cache/s3, which has no key "key"`}
}

// fetched is an ExternalSecret for the Secret s3, with fields of its spec besides.
func fetched(spec string) string {
	return "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a, namespace: cache}\nspec: {" + spec + "}\n"
}

// sealedSecret is a SealedSecret with fields of its spec.
func sealedSecret(spec string) string {
	return "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s3, namespace: cache}\nspec: {" + spec + "}\n"
}

const encrypted = "apiVersion: v1\nkind: Secret\nmetadata: {name: s3, namespace: cache}\n"

var secretCases = []ruleCase{
	{"object-names", "encrypted whole", []string{
		"apiVersion: '" + sealed + "'\nkind: '" + sealed + "'\nmetadata: {name: '" + sealed + "', namespace: '" + sealed + "'}\n" + bySOPS,
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: '" + sealed + "'}\n" + bySOPS,
	}, []string{
		"error: " + sealed + " " + sealed + "/" + sealed + " apiVersion: is encrypted by SOPS, and no cluster can tell what the object is",
		"error: Secret " + sealed + "/a metadata.namespace: is encrypted by SOPS, and no cluster can tell what the object is",
	}},
	{"object-names", "that are none", []string{
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: a/b}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: a.b}\n",
		"apiVersion: v1\nkind: ../A\nmetadata: {name: a, namespace: b}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ../a, namespace: b}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'a:b', namespace: b}\n",
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a/b, namespace: b}\n",
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ..}\n",
	}, []string{
		`error: ConfigMap a/b/a metadata.namespace: is "a/b", which the API server does not take for a namespace`,
		`error: ConfigMap a.b/a metadata.namespace: is "a.b", which the API server does not take for a namespace`,
		`error: ../A b/a kind: is "../A", which the API server does not take for a kind`,
		`error: ConfigMap b/../a metadata.name: is "../a", which the API server does not take for a name`,
		`error: ConfigMap b/a:b metadata.name: is "a:b", which the API server does not take for a name`,
		`error: Role b/a/b metadata.name: is "a/b", which the API server does not take for a name`,
		`error: ClusterRole .. metadata.name: is "..", which the API server does not take for a name`,
	}},
	{"object-names", "that are some", []string{
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:A:b'}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a.b-c, namespace: a-b}\n",
		"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.example.com}\n",
		encrypted + "data: {a: '" + sealed + "'}\n" + bySOPS,
	}, nil},
	{"reference-exists", "a key of an encrypted Secret", []string{reads("id", "key"), encrypted + "data: {id: '" + sealed + "'}\n" + bySOPS}, lacksKey()},
	{"reference-exists", "keys of an encrypted Secret", []string{reads("id", "key"), encrypted + "data: {id: '" + sealed + "'}\nstringData: {key: '" + sealed + "'}\n" + bySOPS}, nil},
	{"reference-exists", "a Secret that is filled elsewhere", []string{reads("id", "key"), encrypted}, nil},
	{"reference-exists", "a key of a SealedSecret", []string{reads("id", "key"), sealedSecret("encryptedData: {id: AA==}")}, lacksKey()},
	{"reference-exists", "keys of a SealedSecret", []string{reads("id", "key"), sealedSecret("encryptedData: {id: AA==}, template: {data: {key: '{{ .id }}'}}")}, nil},
	{"reference-exists", "a SealedSecret whose template has the name of another Secret", []string{
		reads("id", "key"), sealedSecret("encryptedData: {id: AA==}"),
		"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: more, namespace: cache}\nspec: {encryptedData: {key: AA==}, template: {metadata: {name: s3}}}\n",
	}, lacksKey()},
	{"reference-exists", "a key of an ExternalSecret", []string{reads("id", "key"), fetched("target: {name: s3}, data: [{secretKey: id}]")}, lacksKey()},
	{"reference-exists", "keys of an ExternalSecret", []string{reads("id", "key"), fetched("target: {name: s3}, data: [{secretKey: id}, {secretKey: key}]")}, nil},
	{"reference-exists", "a key that a template leaves out", []string{reads("id", "key"), fetched("target: {name: s3, template: {data: {id: '{{ .id }}'}}}, data: [{secretKey: id}, {secretKey: key}]")}, lacksKey()},
	{"reference-exists", "a key that a template adds", []string{reads("id", "key"), fetched("target: {name: s3, template: {mergePolicy: Merge, data: {key: '{{ .id }}'}}}, data: [{secretKey: id}]")}, nil},
	{"reference-exists", "keys that the store knows", []string{reads("id", "key"), fetched("target: {name: s3}, data: [{secretKey: id}], dataFrom: [{extract: {key: s3}}]")}, nil},
	{"reference-exists", "keys that a template elsewhere knows", []string{reads("id", "key"), fetched("target: {name: s3, template: {templateFrom: [{configMap: {name: a}}]}}, data: [{secretKey: id}]")}, nil},
	{"reference-exists", "keys that are added to others", []string{reads("id", "key"), fetched("target: {name: s3, creationPolicy: Merge}, data: [{secretKey: id}]")}, nil},
	{"reference-exists", "a key that is copied", []string{
		"apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: a, namespace: cache}\nspec: {selector: {secret: {name: s3}}, data: [{match: {secretKey: key}}]}\n",
		sealedSecret("encryptedData: {id: AA==}"),
	}, []string{`error: PushSecret cache/a spec.selector.secret.name: names Secret cache/s3, which has no key "key"`}},
	{"secret-awaited", "to be copied", []string{
		"apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: a, namespace: cache}\nspec: {selector: {secret: {name: s3}}, data: [{match: {secretKey: key}}]}\n",
		"apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: b, namespace: cache}\nspec: {selector: {secret: {name: other}}}\n",
		"apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: c, namespace: cache}\nspec: {selector: {generatorRef: {name: other}}}\n",
	}, []string{
		"info: PushSecret cache/a spec.selector.secret.name: names Secret cache/s3, which must be there with key key: nothing here makes it",
		"info: PushSecret cache/b spec.selector.secret.name: names Secret cache/other, which must be there: nothing here makes it",
	}},
	{"sops-string-data", "under stringData", []string{encrypted + "stringData: {a: '" + sealed + "', b: '" + sealed + "'}\n" + bySOPS}, []string{
		"warning: Secret cache/s3 stringData: is encrypted by SOPS (2 in all): a controller that is not told to decrypt it makes a Secret of ciphertext, and says nothing",
	}},
	{"sops-string-data", "under data, or none of SOPS's", []string{
		encrypted + "data: {a: '" + sealed + "'}\nstringData: {}\n" + bySOPS,
		"apiVersion: v1\nkind: Secret\nmetadata: {name: b, namespace: cache}\nstringData: {a: b}\n",
		"apiVersion: example.org/v1\nkind: Secret\nmetadata: {name: c, namespace: cache}\nstringData: {a: b}\n" + bySOPS,
	}, nil},
	{"plain-credential", "in templates for operators", []string{
		sealedSecret("template: {data: {password: hunter2, url: 'postgres://me:hunter2@db/attic'}}"),
		fetched("target: {template: {data: {password: hunter2}}}"),
		"apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: a}\nspec: {externalSecretSpec: {target: {template: {data: {password: hunter2}}}}}\n",
		"apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: a, namespace: cache}\nspec: {template: {data: {password: hunter2}}}\n",
	}, []string{
		"error: SealedSecret cache/s3 spec.template.data.url: holds a URL with a password" + readable,
		sounds("SealedSecret cache/s3 spec.template.data.password", "password"),
		sounds("ExternalSecret cache/a spec.target.template.data.password", "password"),
		sounds("ClusterExternalSecret a spec.externalSecretSpec.target.template.data.password", "password"),
		sounds("PushSecret cache/a spec.template.data.password", "password"),
	}},
	{"plain-credential", "filled in by operators", []string{
		sealedSecret("template: {data: {password: '{{ .password }}', url: 'postgres://me:{{ .password }}@db/attic'}}"),
		fetched("target: {template: {data: {password: '{{ .password }}', url: 'postgres://{{ .user }}:{{ .password }}@db/attic'}}}, data: [{secretKey: password, remoteRef: {key: nix-cache/attic-secrets, property: password}}]"),
	}, nil},
}
