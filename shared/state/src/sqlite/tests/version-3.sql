-- A part of what version 3 wrote of two scans of the example, the second without a function and a source.
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE coverage (
    account     TEXT    NOT NULL,
    region      TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    error_code  TEXT,
    operation   TEXT,
    captured_at TEXT,
    items       INTEGER NOT NULL
) STRICT;
INSERT INTO "coverage" VALUES('156038294471','eu-central-1','cloudtrail:logs','missing','the capture holds no log file of this account and Region',NULL,NULL,NULL,0);
INSERT INTO "coverage" VALUES('organization','global','stepfunctions:state-machines','missing','the capture holds no accounts/<account-id>/<region>/stepfunctions/state-machines.ndjson of 15 more pairs of account and Region, such as 156038294471 eu-central-1',NULL,NULL,NULL,0);
CREATE TABLE ground_partitions (
    ground_id INTEGER NOT NULL,
    account   TEXT    NOT NULL,
    region    TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    PRIMARY KEY (ground_id, account, region, source)
) STRICT, WITHOUT ROWID;
INSERT INTO "ground_partitions" VALUES(44,'organization','global','not_collected');
INSERT INTO "ground_partitions" VALUES(50,'912746058213','eu-west-1','not_collected');
INSERT INTO "ground_partitions" VALUES(62,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(103,'organization','global','organizations:tree');
INSERT INTO "ground_partitions" VALUES(110,'271650948133','eu-west-1','bedrock-agentcore-control:agent-runtimes');
INSERT INTO "ground_partitions" VALUES(110,'508416729354','eu-west-1','config:AWS::ECR::Repository');
INSERT INTO "ground_partitions" VALUES(111,'271650948133','eu-west-1','bedrock-agentcore-control:agent-runtimes');
INSERT INTO "ground_partitions" VALUES(111,'271650948133','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(265,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(265,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(298,'729183640557','eu-west-1','config:AWS::SecretsManager::ResourcePolicy');
INSERT INTO "ground_partitions" VALUES(298,'729183640557','eu-west-1','config:AWS::SecretsManager::Secret');
INSERT INTO "ground_partitions" VALUES(298,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(299,'729183640557','eu-west-1','config:AWS::SecretsManager::ResourcePolicy');
INSERT INTO "ground_partitions" VALUES(299,'729183640557','eu-west-1','config:AWS::SecretsManager::Secret');
INSERT INTO "ground_partitions" VALUES(299,'729183640557','global','config:AWS::S3::AccountPublicAccessBlock');
INSERT INTO "ground_partitions" VALUES(299,'organization','global','organizations:accounts');
INSERT INTO "ground_partitions" VALUES(347,'318277459012','global','config:AWS::IAM::User');
INSERT INTO "ground_partitions" VALUES(347,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(347,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(347,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(347,'organization','global','iam:aws-managed-policies');
INSERT INTO "ground_partitions" VALUES(347,'organization','global','organizations:policies');
INSERT INTO "ground_partitions" VALUES(388,'318277459012','global','config:AWS::IAM::User');
INSERT INTO "ground_partitions" VALUES(388,'912746058213','eu-west-1','config:AWS::SecretsManager::Secret');
INSERT INTO "ground_partitions" VALUES(388,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(388,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(388,'organization','global','iam:aws-managed-policies');
INSERT INTO "ground_partitions" VALUES(388,'organization','global','organizations:policies');
INSERT INTO "ground_partitions" VALUES(389,'318277459012','global','config:AWS::IAM::User');
INSERT INTO "ground_partitions" VALUES(389,'729183640557','eu-west-1','config:AWS::S3::AccountPublicAccessBlock');
INSERT INTO "ground_partitions" VALUES(389,'729183640557','eu-west-1','config:AWS::S3::Bucket');
INSERT INTO "ground_partitions" VALUES(389,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(389,'organization','global','iam:aws-managed-policies');
INSERT INTO "ground_partitions" VALUES(567,'318277459012','global','config:AWS::IAM::User');
INSERT INTO "ground_partitions" VALUES(567,'508416729354','eu-west-1','config:AWS::ECR::Repository');
INSERT INTO "ground_partitions" VALUES(567,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(567,'organization','global','iam:aws-managed-policies');
INSERT INTO "ground_partitions" VALUES(569,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(569,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(569,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(569,'organization','global','organizations:policies');
INSERT INTO "ground_partitions" VALUES(587,'912746058213','eu-west-1','config:AWS::ECS::Service');
INSERT INTO "ground_partitions" VALUES(587,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(587,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(587,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(587,'organization','global','organizations:policies');
INSERT INTO "ground_partitions" VALUES(643,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(643,'912746058213','eu-west-1','config:AWS::SecretsManager::ResourcePolicy');
INSERT INTO "ground_partitions" VALUES(643,'912746058213','eu-west-1','config:AWS::SecretsManager::Secret');
INSERT INTO "ground_partitions" VALUES(643,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(643,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(643,'organization','global','organizations:policies');
INSERT INTO "ground_partitions" VALUES(716,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(716,'organization','global','coverage-ledger');
CREATE TABLE leases (
    name   TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until  TEXT NOT NULL
) STRICT;
CREATE TABLE newest (captured_at TEXT NOT NULL) STRICT;
INSERT INTO "newest" VALUES('2026-03-09T06:00:00Z');
CREATE TABLE run_counts (
    run_id TEXT    NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    name   TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "run_counts" VALUES('20261123T041910Z-d3845e4a','diagnostics',5);
INSERT INTO "run_counts" VALUES('20261123T041910Z-d3845e4a','edges',659);
INSERT INTO "run_counts" VALUES('20261123T041910Z-d3845e4a','entities',491);
INSERT INTO "run_counts" VALUES('20261123T041910Z-d3845e4a','findings',112);
INSERT INTO "run_counts" VALUES('20261123T041910Z-d3845e4a','paths',690);
INSERT INTO "run_counts" VALUES('20261123T041937Z-5ded1592','diagnostics',5);
INSERT INTO "run_counts" VALUES('20261123T041937Z-5ded1592','edges',642);
INSERT INTO "run_counts" VALUES('20261123T041937Z-5ded1592','entities',487);
INSERT INTO "run_counts" VALUES('20261123T041937Z-5ded1592','findings',104);
INSERT INTO "run_counts" VALUES('20261123T041937Z-5ded1592','paths',667);
CREATE TABLE runs (
    run_id      TEXT NOT NULL PRIMARY KEY,
    captured_at TEXT NOT NULL,
    finished_at TEXT NOT NULL
) STRICT;
INSERT INTO "runs" VALUES('20261123T041910Z-d3845e4a','2026-03-02T06:00:00Z','2026-11-23T04:19:10.653926561Z');
INSERT INTO "runs" VALUES('20261123T041937Z-5ded1592','2026-03-09T06:00:00Z','2026-11-23T04:19:38.469871185Z');
CREATE TABLE steps (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    step   TEXT NOT NULL
) STRICT;
INSERT INTO "steps" VALUES(1,'2030eba3ae9fe7e340a0963abf2e3f6b4047f7840862e8300e905885cda14259','{"actions":["s3:GetObject"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::318277459012:user/break-glass","granted_by":[],"observation":{"reason":"s3:GetObject is a data event, and trail acme-org-trail does not record it for this resource","status":"not_observable"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:resource-policy:arn:aws:s3:::acme-shared-press-kit","sha256":"bd41c7606a07f2ce8bb438de5a3a15f65f85e209af24d38713b71b4b9a6a4e76","sid":null}],"to":"arn:aws:s3:::acme-shared-press-kit"}');
INSERT INTO "steps" VALUES(2,'3976ce2dfbdb98697ca28abb140289b29dc91d43de5009c7db2769259ad4a6f7','{"actions":["sts:AssumeRole"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::318277459012:user/break-glass","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"ASSUMES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:trust-policy:arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","sha256":"d0922a747dfd72ea5468ab912c2b854e1b779d3b984c7511ac97d885f0fde6b8","sid":null}],"to":"arn:aws:iam::912746058213:role/OrganizationAccountAccessRole"}');
INSERT INTO "steps" VALUES(3,'99986feae2ff8cacbad1bfe61a58415194ed6911a5465743a36cb06bfa2e0ff3','{"actions":["lambda:InvokeFunction"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null}],"to":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary"}');
INSERT INTO "steps" VALUES(4,'c8485dd19244decdfe4f24e43fdd9328a70112db1b1e7889601c44bd595f0301','{"actions":["ecr:PutImage"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::318277459012:user/break-glass","granted_by":[],"observation":{"reason":"no log of account 318277459012 in eu-west-1 was read","status":"not_observable"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:resource-policy:arn:aws:ecr:eu-west-1:508416729354:repository/base-images","sha256":"3c34a9115d0ffa1d83a8861afe3ac5cd161f9fba72757a6851feb9171eb50358","sid":"OrganizationPushes"}],"to":"arn:aws:ecr:eu-west-1:508416729354:repository/base-images"}');
INSERT INTO "steps" VALUES(5,'f8fe0f5631b861cb8e5927c86f4e05e0ffa77e5101cce0c0a158296391308b4e','{"actions":[],"blocked_by":[],"condition":null,"from":"arn:aws:lambda:eu-west-1:912746058213:function:release-bot","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"RUNS_AS","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"urn:sv0:trust-policy:arn:aws:iam::912746058213:role/release-bot-lambda","sha256":"0751573dcff78da90df0a02e26776531e19ca96439e3f98d80fa45b9304f13dd","sid":null}],"to":"arn:aws:iam::912746058213:role/release-bot-lambda"}');
INSERT INTO "steps" VALUES(6,'7947c70963ce2cfba6680589f6f546ce2dac5743c496db588dddfd49f9b996bc','{"actions":["lambda:UpdateFunctionCode"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::912746058213:role/release-bot-lambda","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":1,"policy":"urn:sv0:inline-policy:arn:aws:iam::912746058213:role/release-bot-lambda:release-bot","sha256":"eb69d3d0d7e46db3bd8f00fc767bcc85aad6ee181cffae72bd814eac68fe081e","sid":null}],"to":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary"}');
INSERT INTO "steps" VALUES(7,'8a621621a37d7bf4f26270f0722ded40d605e787e823883e1b83b7ab039a806f','{"actions":[],"blocked_by":[],"condition":null,"from":"arn:aws:ecs:eu-west-1:912746058213:service/prod/checkout","granted_by":[],"observation":{"count":1,"event_ids":["de4ca85b-a3aa-49a0-a214-5fb0aea2a9f6"],"first_seen":"2026-03-01T08:05:00Z","last_seen":"2026-03-01T08:05:00Z","status":"observed"},"relation":"RUNS_AS","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"urn:sv0:trust-policy:arn:aws:iam::912746058213:role/checkout-task","sha256":"8625890c3faa8b6ad704bfe4684aae0745e553435cbb2846df536a780143448b","sid":null}],"to":"arn:aws:iam::912746058213:role/checkout-task"}');
INSERT INTO "steps" VALUES(8,'1dc66948bfd5c023adbd904e8067676e8e693a635c5bd4518375e1bcfffc4709','{"actions":["lambda:InvokeFunction"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::912746058213:role/checkout-task","granted_by":[],"observation":{"count":2,"event_ids":["94736331-c062-4d78-af0d-d9d7589f6834","55bed684-ef61-4285-a0ed-16a30abd0db3"],"first_seen":"2026-03-01T08:06:40Z","last_seen":"2026-03-01T20:12:02Z","status":"observed"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":1,"policy":"urn:sv0:inline-policy:arn:aws:iam::912746058213:role/checkout-task:checkout","sha256":"85c37d1ab63dd03158dfb79c127db8970af18bd300eb0c0ce56c4f4f3c6ca595","sid":null}],"to":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary"}');
INSERT INTO "steps" VALUES(9,'9283297b31cd2fb18675289f2a936517703eecb4215a807669279cca73a01671','{"actions":["lambda:AddPermission"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null}],"to":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary"}');
CREATE TABLE texts (
    number       INTEGER PRIMARY KEY,
    document     TEXT NOT NULL,
    type         TEXT,
    name         TEXT,
    account      TEXT,
    region       TEXT,
    severity     TEXT,
    state        TEXT,
    sensitivity  TEXT,
    action_class TEXT,
    workload     TEXT,
    resource     TEXT
) STRICT;
INSERT INTO "texts" VALUES(402,'{"account":null,"attributes":{},"kind":"permission_set/iam_policy","name":"SecurityAudit","native_id":"arn:aws:iam::aws:policy/SecurityAudit","region":null,"resolution":"referenced","resource_policy":{"state":"not_supported"},"sensitivity":"unknown","source_system":"aws_iam:global","tags":{}}','permission_set/iam_policy','SecurityAudit',NULL,NULL,NULL,NULL,'unknown',NULL,NULL,NULL);
INSERT INTO "texts" VALUES(432,'{"account":null,"attributes":{"join_keys":[{"kind":"owner_name","value":"partners"}]},"kind":"identity/owner","name":"partners","native_id":"urn:sv0:owner:partners","region":null,"resolution":"referenced","resource_policy":{"state":"not_supported"},"sensitivity":"unknown","source_system":"aws:global","tags":{}}','identity/owner','partners',NULL,NULL,NULL,NULL,'unknown',NULL,NULL,NULL);
INSERT INTO "texts" VALUES(449,'{"account":"912746058213","attributes":{},"environment":{"rule":"account is named acme-prod","value":"production"},"kind":"resource/kms_key","name":"secretsmanager","native_id":"arn:aws:kms:eu-west-1:912746058213:alias/aws/secretsmanager","region":"eu-west-1","resolution":"referenced","resource_policy":{"state":"not_collected"},"sensitivity":"internal","sensitivity_rule":"kind resource/kms_key","source_system":"aws_kms:912746058213","tags":{}}','resource/kms_key','secretsmanager','912746058213','eu-west-1',NULL,NULL,'internal',NULL,NULL,NULL);
INSERT INTO "texts" VALUES(483,'{"account":"912746058213","actor":{"class":"non_human","rule":"a workload"},"attributes":{"architectures":["arm64"],"code_sha256":"YXJuOmF3czpsYW1iZGE6ZXUtd2VzdC0xOjkxMjc0NjA=","description":"","environment_keys":["LEGACY_TOKEN","ORDERS_BUCKET"],"handler":"app.handler","join_keys":[{"kind":"arn","value":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary"}],"last_modified":"2026-01-20T10:11:12Z","layers":[],"memory_size":256,"package_type":"Zip","runtime":"python3.13","service_principal":"lambda.amazonaws.com","state":"Active","timeout":30},"environment":{"rule":"account is named acme-prod","value":"production"},"kind":"workload/lambda_function","name":"order-summary","native_id":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","region":"eu-west-1","resolution":"collected","resource_policy":{"state":"not_set"},"sensitivity":"unknown","source_system":"aws_lambda:912746058213","tags":{"Team":"orders"}}','workload/lambda_function','order-summary','912746058213','eu-west-1',NULL,NULL,'unknown',NULL,NULL,NULL);
INSERT INTO "texts" VALUES(587,'{"account":null,"attributes":{"id":"r-ac1e"},"kind":"tenant/organization_root","name":"Root","native_id":"urn:sv0:organization-node:r-ac1e","region":null,"resolution":"collected","resource_policy":{"state":"not_supported"},"sensitivity":"unknown","source_system":"aws_orgs:318277459012","tags":{}}','tenant/organization_root','Root',NULL,NULL,NULL,NULL,'unknown',NULL,NULL,NULL);
INSERT INTO "texts" VALUES(1260,'{"action_class":"read_data","actions":["s3:GetObject"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":1,"condition":null,"cross_account":true,"hops":[],"id":"10fcb7c11480a205","kind":"direct","kinds":["direct"],"observation":{"reason":"s3:GetObject is a data event, and trail acme-org-trail does not record it for this resource","status":"not_observable"},"resource":"arn:aws:s3:::acme-shared-press-kit","roles":[],"scope":"arn:aws:s3:::acme-shared-press-kit","sensitivity":"unknown","state":"allowed","workload":"arn:aws:iam::318277459012:user/break-glass"}','direct',NULL,NULL,NULL,NULL,'allowed','unknown','read_data','arn:aws:iam::318277459012:user/break-glass','arn:aws:s3:::acme-shared-press-kit');
INSERT INTO "texts" VALUES(1354,'{"action_class":"invoke","actions":["lambda:InvokeFunction"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":2,"condition":null,"cross_account":true,"environment":{"rule":"account is named acme-prod","value":"production"},"hops":[],"id":"6cf37ce985d64c89","kind":"assumed_chain","kinds":["assumed_chain"],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"resource":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","roles":["arn:aws:iam::912746058213:role/OrganizationAccountAccessRole"],"scope":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","sensitivity":"unknown","state":"allowed","workload":"arn:aws:iam::318277459012:user/break-glass"}','assumed_chain',NULL,NULL,NULL,NULL,'allowed','unknown','invoke','arn:aws:iam::318277459012:user/break-glass','arn:aws:lambda:eu-west-1:912746058213:function:order-summary');
INSERT INTO "texts" VALUES(1355,'{"action_class":"manage_permissions","actions":["lambda:AddPermission"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":2,"condition":null,"cross_account":true,"environment":{"rule":"account is named acme-prod","value":"production"},"hops":[],"id":"9556bccd0811166a","kind":"assumed_chain","kinds":["assumed_chain"],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"resource":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","roles":["arn:aws:iam::912746058213:role/OrganizationAccountAccessRole"],"scope":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","sensitivity":"unknown","state":"allowed","workload":"arn:aws:iam::318277459012:user/break-glass"}','assumed_chain',NULL,NULL,NULL,NULL,'allowed','unknown','manage_permissions','arn:aws:iam::318277459012:user/break-glass','arn:aws:lambda:eu-west-1:912746058213:function:order-summary');
INSERT INTO "texts" VALUES(1604,'{"action_class":"change_code","actions":["ecr:PutImage"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":1,"condition":null,"cross_account":true,"hops":[],"id":"76d62a824dea7721","kind":"direct","kinds":["direct"],"observation":{"reason":"no log of account 318277459012 in eu-west-1 was read","status":"not_observable"},"resource":"arn:aws:ecr:eu-west-1:508416729354:repository/base-images","roles":[],"scope":"arn:aws:ecr:eu-west-1:508416729354:repository/base-images","sensitivity":"unknown","state":"allowed","workload":"arn:aws:iam::318277459012:user/break-glass"}','direct',NULL,NULL,NULL,NULL,'allowed','unknown','change_code','arn:aws:iam::318277459012:user/break-glass','arn:aws:ecr:eu-west-1:508416729354:repository/base-images');
INSERT INTO "texts" VALUES(1609,'{"action_class":"change_code","actions":["lambda:UpdateFunctionCode"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":1,"condition":null,"cross_account":false,"environment":{"rule":"account is named acme-prod","value":"production"},"hops":[],"id":"78f5c719beac6af1","kind":"direct","kinds":["direct"],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"resource":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","roles":["arn:aws:iam::912746058213:role/release-bot-lambda"],"scope":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","sensitivity":"unknown","state":"allowed","workload":"arn:aws:lambda:eu-west-1:912746058213:function:release-bot"}','direct',NULL,NULL,NULL,NULL,'allowed','unknown','change_code','arn:aws:lambda:eu-west-1:912746058213:function:release-bot','arn:aws:lambda:eu-west-1:912746058213:function:order-summary');
INSERT INTO "texts" VALUES(1634,'{"action_class":"invoke","actions":["lambda:InvokeFunction"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":1,"condition":null,"cross_account":false,"environment":{"rule":"account is named acme-prod","value":"production"},"hops":[],"id":"7f6849ce736bd0b5","kind":"direct","kinds":["direct"],"observation":{"count":2,"event_ids":["94736331-c062-4d78-af0d-d9d7589f6834","55bed684-ef61-4285-a0ed-16a30abd0db3"],"first_seen":"2026-03-01T08:06:40Z","last_seen":"2026-03-01T20:12:02Z","status":"observed"},"resource":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","roles":["arn:aws:iam::912746058213:role/checkout-task"],"scope":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","sensitivity":"unknown","state":"allowed","workload":"arn:aws:ecs:eu-west-1:912746058213:service/prod/checkout"}','direct',NULL,NULL,NULL,NULL,'allowed','unknown','invoke','arn:aws:ecs:eu-west-1:912746058213:service/prod/checkout','arn:aws:lambda:eu-west-1:912746058213:function:order-summary');
INSERT INTO "texts" VALUES(1801,'{"account":null,"caveats":[],"description":"What iam:last-accessed would have told is unknown there: absence from the results is not absence from AWS.","event_ids":[],"id":"18390b49687f1b04","kind":"coverage_gap","paths":[],"severity":"low","severity_reason":"the source adds resources or evidence; what was collected stays true without it","statements":[],"subjects":["urn:sv0:source:iam:last-accessed"],"title":"iam:last-accessed: missing","verify":["sv0 coverage --json"]}','coverage_gap','iam:last-accessed: missing',NULL,NULL,'low',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "texts" VALUES(1805,'{"account":null,"caveats":[],"description":"What iam:credential-report would have told is unknown there: absence from the results is not absence from AWS.","event_ids":[],"id":"98aac424c4c37637","kind":"coverage_gap","paths":[],"severity":"low","severity_reason":"the source adds resources or evidence; what was collected stays true without it","statements":[],"subjects":["urn:sv0:source:iam:credential-report"],"title":"iam:credential-report: missing","verify":["sv0 coverage --json"]}','coverage_gap','iam:credential-report: missing',NULL,NULL,'low',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "texts" VALUES(1816,'{"account":"912746058213","caveats":[],"description":"payments-reconciler has the authority of role payments-reconciler-lambda, which can read the secret''s value.","event_ids":[],"id":"390068f12850cb39","kind":"secret_reach","paths":["b2dbfda45f0306ca"],"severity":"medium","severity_reason":"the path is allowed, directly and inside one account","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:inline-policy:arn:aws:iam::912746058213:role/payments-reconciler-lambda:payments-reconciler","sha256":"a55d13c504e55ea09d600df611988c0186dcd985458f1d2b37f545dd556b2655","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:trust-policy:arn:aws:iam::912746058213:role/payments-reconciler-lambda","sha256":"0751573dcff78da90df0a02e26776531e19ca96439e3f98d80fa45b9304f13dd","sid":null}],"subjects":["arn:aws:lambda:eu-west-1:912746058213:function:payments-reconciler","arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/payments/api-key-Qx7LmP"],"title":"payments-reconciler can read secret prod/payments/api-key","verify":["sv0 explain arn:aws:iam::912746058213:role/payments-reconciler-lambda secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/payments/api-key-Qx7LmP","sv0 who-can secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/payments/api-key-Qx7LmP","aws secretsmanager get-resource-policy --secret-id arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/payments/api-key-Qx7LmP"]}','secret_reach','payments-reconciler can read secret prod/payments/api-key','912746058213',NULL,'medium',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "texts" VALUES(1837,'{"account":"912746058213","caveats":["resource_policy_not_collected"],"description":"break-glass has the authority of role OrganizationAccountAccessRole, which can read the secret''s value.","event_ids":[],"id":"64bd17c5198a3277","kind":"secret_reach","paths":["80342a32a8ac7d5f","a16a320bd385a684"],"severity":"low","severity_reason":"the path holds only under a condition","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:trust-policy:arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","sha256":"d0922a747dfd72ea5468ab912c2b854e1b779d3b984c7511ac97d885f0fde6b8","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:trust-policy:arn:aws:iam::912746058213:role/prod-admin","sha256":"476a7ef4ab47ea40ae7ebb2085be070af6b90699173dba4428859a6ea17b226b","sid":null}],"subjects":["arn:aws:iam::318277459012:user/break-glass","arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/partner/sftp-key-m8HdQs"],"title":"break-glass can read secret prod/partner/sftp-key","verify":["sv0 explain arn:aws:iam::912746058213:role/OrganizationAccountAccessRole secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/partner/sftp-key-m8HdQs","sv0 who-can secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/partner/sftp-key-m8HdQs","aws secretsmanager get-resource-policy --secret-id arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/partner/sftp-key-m8HdQs"]}','secret_reach','break-glass can read secret prod/partner/sftp-key','912746058213',NULL,'low',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE things (
    number          INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL CHECK (kind IN ('entity', 'edge', 'path', 'finding')),
    id              TEXT NOT NULL,
    content_sha256  TEXT NOT NULL,
    first_seen      TEXT NOT NULL,
    changed_at      TEXT NOT NULL,
    last_seen       TEXT, -- NULL of what is there: the newest capture saw it
    stale_since     TEXT,
    gone_at         TEXT,
    rests_on        INTEGER NOT NULL,
    policies_of     TEXT NOT NULL,
    document_sha256 TEXT,
    steps           TEXT,
    UNIQUE (kind, id)
) STRICT;
INSERT INTO "things" VALUES(402,'entity','arn:aws:iam::aws:policy/SecurityAudit','3f8d298218175995aa4f08efb2071a8bce3513edf3f1cb8eaa1fd2ebe06b6698','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,NULL,44,'[]','c9fd21605c61a1b652d5d93d13c7beec65bc544f1eec232980bd4e649adcac19',NULL);
INSERT INTO "things" VALUES(432,'entity','urn:sv0:owner:partners','a071c52308f0bde40c4889074d1a75cc32985d71c3e97168a57f69f33029f8b6','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-09T06:00:00Z',NULL,44,'[]','0ae96906e8a093e8448a09ef451f6c27cbf1fac13ec563a90c9bd1232d392b07',NULL);
INSERT INTO "things" VALUES(449,'entity','arn:aws:kms:eu-west-1:912746058213:alias/aws/secretsmanager','e4e53ab896487b37587330979aee437694b236fbc3bfb3b6dc1db0849edd221c','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-09T06:00:00Z',NULL,50,'[]','475e1702b8f3114388448d82eefcedc3d752661e6b1b7909c552aa0440feb07e',NULL);
INSERT INTO "things" VALUES(477,'edge','arn:aws:lambda:eu-west-1:912746058213:function:order-summary OWNED_BY urn:sv0:owner:orders','5d77ad83cbe444455b08682730573a1e93e10c9f5cda83c1ce26b6a53ce0bc88','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-03-09T06:00:00Z',62,'[]',NULL,NULL);
INSERT INTO "things" VALUES(483,'entity','arn:aws:lambda:eu-west-1:912746058213:function:order-summary','3e69d0be2dc3d908b90fabd526663b0373e898ae0fd58383dd04ed8cd1d279a7','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-03-09T06:00:00Z',62,'[]','f7ceed2414b50ab1aeb2837bfe51317c7a54a384222854d30c82c8622c3d50b7',NULL);
INSERT INTO "things" VALUES(587,'entity','urn:sv0:organization-node:r-ac1e','5e4f591d6b996597878721cb8daa5062767bc7dd3977502395225558d35d3d77','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,NULL,103,'[]','8854ed862fa802a2c2e492dd152ad51a431fb21a641333ef33ede3825b5ea385',NULL);
INSERT INTO "things" VALUES(690,'edge','arn:aws:bedrock-agentcore:eu-west-1:271650948133:runtime/claims-Zk3Qm7TbXe DEPLOYED_FROM arn:aws:ecr:eu-west-1:508416729354:repository/assistant','5aeb9e46f6a6543218cb395511a000410b5d0f0b79d3451dbead29f71e9015d6','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,NULL,110,'[]',NULL,NULL);
INSERT INTO "things" VALUES(691,'edge','arn:aws:bedrock-agentcore:eu-west-1:271650948133:runtime/claims-Zk3Qm7TbXe RUNS_AS arn:aws:iam::271650948133:role/claims-runtime','06d303a9b27b9a13deb84c837b84a50d7d4423393aae3f9b03a73543785ee0b3','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,NULL,111,'[]',NULL,NULL);
INSERT INTO "things" VALUES(1010,'edge','arn:aws:lambda:eu-west-1:912746058213:function:order-summary RUNS_AS arn:aws:iam::912746058213:role/order-summary-lambda','06d303a9b27b9a13deb84c837b84a50d7d4423393aae3f9b03a73543785ee0b3','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-03-09T06:00:00Z',265,'[]',NULL,NULL);
INSERT INTO "things" VALUES(1076,'edge','arn:aws:secretsmanager:eu-west-1:729183640557:secret:shared/registry/pull-token-u5JxEa DECRYPTABLE_BY arn:aws:iam::912746058213:role/checkout-execution','a3514b0a164bd9e6d60420925356d2065e3b96176f9ed1431b2ecff32f382694','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-09T06:00:00Z',NULL,298,'[]',NULL,NULL);
INSERT INTO "things" VALUES(1077,'edge','arn:aws:secretsmanager:eu-west-1:729183640557:secret:shared/registry/pull-token-u5JxEa DECRYPTABLE_BY urn:sv0:account:729183640557','7817baaeab95edba79b4db5292ca2e6c2369022dfb8b869f130f53a55b02be13','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-09T06:00:00Z',NULL,299,'[]',NULL,NULL);
INSERT INTO "things" VALUES(1260,'path','10fcb7c11480a205','d9743645d9902c25b185d703985279e36e2a0eab3da6d829a1bfcf35ccd29ef5','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,NULL,389,'["arn:aws:s3:::acme-shared-press-kit"]','b6046f620d3c5b39e6d1568c6eae74a98247b8a89022a7f1a849b1994ecf9510','[1]');
INSERT INTO "things" VALUES(1354,'path','6cf37ce985d64c89','0944ad5437e691aa0449535d31dad52b36ca2ff67e95854d5f528b1ad0134980','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-09T06:00:00Z',NULL,347,'["arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","arn:aws:lambda:eu-west-1:912746058213:function:order-summary"]','f0efc5bba730e913d063f9fc3b081096698ad7935444976d79c5b3271d0b2203','[2,3]');
INSERT INTO "things" VALUES(1355,'path','9556bccd0811166a','b43fc67e1d3f88e34993debdae4346ae4a0bf9124569f070c95464c0dcd9588f','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-09T06:00:00Z',NULL,347,'["arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","arn:aws:lambda:eu-west-1:912746058213:function:order-summary"]','218907015111fe6da97a9e1d706c2a1c30e1ca525b36dec23d95cee39ab76eba','[2,9]');
INSERT INTO "things" VALUES(1604,'path','76d62a824dea7721','6e35ecc31bc80ea72801f9b6a4a1a7efcd9fb28aa73dd46828c5b17dcdfba8ed','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,NULL,567,'["arn:aws:ecr:eu-west-1:508416729354:repository/base-images"]','6e1e11ea1eef91fb717ef55c433e5cbc16071ad0eb22563903451ef152ddc721','[4]');
INSERT INTO "things" VALUES(1609,'path','78f5c719beac6af1','f0c64af69d822d27eb1517a06127d4b3789b2e193919d6fa01b2f3491cbb8b9c','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-03-09T06:00:00Z',569,'["arn:aws:iam::912746058213:role/release-bot-lambda","arn:aws:lambda:eu-west-1:912746058213:function:order-summary"]','27099e39f27ca2108a7a8bb847fe454c94d84330f2d9edc5c2ee41663d58f103','[5,6]');
INSERT INTO "things" VALUES(1634,'path','7f6849ce736bd0b5','1560b8da203e3a508276fbcd91d078380c275f6f2df0ab9b5716d84613b85461','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-03-09T06:00:00Z',587,'["arn:aws:iam::912746058213:role/checkout-task","arn:aws:lambda:eu-west-1:912746058213:function:order-summary"]','074d185cb5a63c05f33822520b30f171d379e0ab9cdd1bbb96991376a44d7ccb','[7,8]');
INSERT INTO "things" VALUES(1801,'finding','18390b49687f1b04','cc1b7062bb7ac56b0db8f6840236e10fc9d3b743ad7436b7305b137de94c0089','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,NULL,716,'[]','dce3e0cc8143e48dd167424161e0b1e470ab71b050b4255242d95217922a52bc',NULL);
INSERT INTO "things" VALUES(1805,'finding','98aac424c4c37637','91d11c1793ece0b8146c0c0fd836b21c82d5537508528db809ef04dd105dded3','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,NULL,716,'[]','f0a01e5c7bb45b2c9ca2ece2e1a27df80f217ef94805d9ba6a2d00f7583427d8',NULL);
INSERT INTO "things" VALUES(1816,'finding','390068f12850cb39','e73ef179dd44179f820b59fc343cbe2042e4a7efaddcb2947c1905f5c3f9dc11','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-09T06:00:00Z',NULL,643,'["arn:aws:iam::912746058213:role/payments-reconciler-lambda","arn:aws:lambda:eu-west-1:912746058213:function:payments-reconciler","arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/payments/api-key-Qx7LmP"]','4ea384ad39d68413709e7642eff2db80bcfb8ec328c2a34201deb18878ad83cb',NULL);
INSERT INTO "things" VALUES(1837,'finding','64bd17c5198a3277','dff1e64f93d3ceba3312c8f7cca65c8cd933f5542e2af08e0f24a5e3601a844c','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-09T06:00:00Z',NULL,388,'["arn:aws:iam::318277459012:user/break-glass","arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","arn:aws:iam::912746058213:role/prod-admin","arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/partner/sftp-key-m8HdQs"]','cb0f50515078f1c142671900be3622038a26be97c6b639581507993a5f90081a',NULL);
CREATE INDEX coverage_by_account ON coverage (account, region, source);
CREATE VIEW sightings AS
SELECT kind, id, content_sha256, first_seen, coalesce(last_seen, (SELECT captured_at FROM newest)) AS last_seen,
       changed_at, stale_since, gone_at, rests_on, policies_of
FROM things;
CREATE VIEW documents AS
SELECT t.kind, t.id, t.document_sha256 AS sha256,
       CASE WHEN t.steps IS NULL THEN x.document
            ELSE json_set(x.document, '$.hops', json((SELECT '[' || group_concat(s.step, ',') || ']'
                                                      FROM json_each(t.steps) AS j CROSS JOIN steps AS s ON s.number = j.value)))
       END AS document,
       x.type, x.name, x.account, x.region, x.severity, x.state, x.sensitivity, x.action_class, x.workload, x.resource
FROM things AS t JOIN texts AS x ON x.number = t.number;
CREATE VIEW paths AS
SELECT t.id, x.type, x.state, x.workload, x.resource, x.action_class, x.sensitivity,
       t.first_seen, coalesce(t.last_seen, (SELECT captured_at FROM newest)) AS last_seen, t.changed_at, t.stale_since, t.gone_at,
       CASE WHEN t.steps IS NULL THEN x.document
            ELSE json_set(x.document, '$.hops', json((SELECT '[' || group_concat(s.step, ',') || ']'
                                                      FROM json_each(t.steps) AS j CROSS JOIN steps AS s ON s.number = j.value)))
       END AS document
FROM things AS t JOIN texts AS x ON x.number = t.number
WHERE +t.kind = 'path';
CREATE VIEW findings AS
SELECT t.id, x.type, x.severity, x.name, x.account,
       t.first_seen, coalesce(t.last_seen, (SELECT captured_at FROM newest)) AS last_seen, t.changed_at, t.stale_since, t.gone_at,
       x.document
FROM things AS t JOIN texts AS x ON x.number = t.number
WHERE t.kind = 'finding';
CREATE VIEW path_steps AS
SELECT t.id AS path_id, j.key AS place, s.step
FROM things AS t CROSS JOIN json_each(t.steps) AS j CROSS JOIN steps AS s ON s.number = j.value
WHERE t.kind = 'path';
CREATE INDEX texts_by_workload ON texts (workload) WHERE workload IS NOT NULL;
CREATE INDEX texts_by_resource ON texts (resource) WHERE resource IS NOT NULL;
COMMIT;
PRAGMA user_version = 3;
