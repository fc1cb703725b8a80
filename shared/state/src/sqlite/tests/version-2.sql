-- A part of what version 2 wrote of two scans of the example, the second without a function and a source.
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
INSERT INTO "coverage" VALUES('156038294471','eu-central-1','config:AWS::AutoScaling::AutoScalingGroup','not_observable','no item, and config/recorders.ndjson and the Config files do not show that one would be here: there is none, or none is recorded',NULL,NULL,NULL,0);
CREATE TABLE documents (
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (kind, id),
    FOREIGN KEY (kind, id) REFERENCES sightings (kind, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "documents" VALUES('entity','arn:aws:iam::aws:policy/SecurityAudit','c9fd21605c61a1b652d5d93d13c7beec65bc544f1eec232980bd4e649adcac19','{"account":null,"attributes":{},"kind":"permission_set/iam_policy","name":"SecurityAudit","native_id":"arn:aws:iam::aws:policy/SecurityAudit","region":null,"resolution":"referenced","resource_policy":{"state":"not_supported"},"sensitivity":"unknown","source_system":"aws_iam:global","tags":{}}');
INSERT INTO "documents" VALUES('entity','arn:aws:lambda:eu-west-1:912746058213:function:order-summary','f7ceed2414b50ab1aeb2837bfe51317c7a54a384222854d30c82c8622c3d50b7','{"account":"912746058213","actor":{"class":"non_human","rule":"a workload"},"attributes":{"architectures":["arm64"],"code_sha256":"YXJuOmF3czpsYW1iZGE6ZXUtd2VzdC0xOjkxMjc0NjA=","description":"","environment_keys":["LEGACY_TOKEN","ORDERS_BUCKET"],"handler":"app.handler","join_keys":[{"kind":"arn","value":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary"}],"last_modified":"2026-01-20T10:11:12Z","layers":[],"memory_size":256,"package_type":"Zip","runtime":"python3.13","service_principal":"lambda.amazonaws.com","state":"Active","timeout":30},"environment":{"rule":"account is named acme-prod","value":"production"},"kind":"workload/lambda_function","name":"order-summary","native_id":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","region":"eu-west-1","resolution":"collected","resource_policy":{"state":"not_set"},"sensitivity":"unknown","source_system":"aws_lambda:912746058213","tags":{"Team":"orders"}}');
INSERT INTO "documents" VALUES('finding','18390b49687f1b04','dce3e0cc8143e48dd167424161e0b1e470ab71b050b4255242d95217922a52bc','{"account":null,"caveats":[],"description":"What iam:last-accessed would have told is unknown there: absence from the results is not absence from AWS.","event_ids":[],"id":"18390b49687f1b04","kind":"coverage_gap","paths":[],"severity":"low","severity_reason":"the source adds resources or evidence; what was collected stays true without it","statements":[],"subjects":["urn:sv0:source:iam:last-accessed"],"title":"iam:last-accessed: missing","verify":["sv0 coverage --json"]}');
INSERT INTO "documents" VALUES('finding','e9e052b326c57fbb','b384e6d501c805796c925591037917d14038a4900c8a99013c8baa4085a1c418','{"account":"271650948133","caveats":[],"description":"Not used for more than 90 days: dynamodb. Source: services last accessed of 2026-03-02; tracking period: 400 days, less in Regions where AWS began later; granularity: service.","event_ids":[],"id":"e9e052b326c57fbb","kind":"unused_service","paths":[],"severity":"low","severity_reason":"idle services that hold permissions, secrets, keys or data: dynamodb","statements":[],"subjects":["arn:aws:iam::271650948133:role/shipwright-integration"],"title":"role shipwright-integration does not use 1 of 2 services that it may use","verify":["aws iam generate-service-last-accessed-details --granularity ACTION_LEVEL --arn arn:aws:iam::271650948133:role/shipwright-integration","sv0 can arn:aws:iam::271650948133:role/shipwright-integration"]}');
INSERT INTO "documents" VALUES('path','10fcb7c11480a205','b6046f620d3c5b39e6d1568c6eae74a98247b8a89022a7f1a849b1994ecf9510','{"action_class":"read_data","actions":["s3:GetObject"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":1,"condition":null,"cross_account":true,"hops":[{"actions":["s3:GetObject"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::318277459012:user/break-glass","granted_by":[],"observation":{"reason":"s3:GetObject is a data event, and trail acme-org-trail does not record it for this resource","status":"not_observable"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:resource-policy:arn:aws:s3:::acme-shared-press-kit","sha256":"bd41c7606a07f2ce8bb438de5a3a15f65f85e209af24d38713b71b4b9a6a4e76","sid":null}],"to":"arn:aws:s3:::acme-shared-press-kit"}],"id":"10fcb7c11480a205","kind":"direct","kinds":["direct"],"observation":{"reason":"s3:GetObject is a data event, and trail acme-org-trail does not record it for this resource","status":"not_observable"},"resource":"arn:aws:s3:::acme-shared-press-kit","roles":[],"scope":"arn:aws:s3:::acme-shared-press-kit","sensitivity":"unknown","state":"allowed","workload":"arn:aws:iam::318277459012:user/break-glass"}');
INSERT INTO "documents" VALUES('path','37af1788d402cb41','7beb30d38254e97704069231b5738c18437c0884f727f127a67b12bd713c06db','{"action_class":"read_data","actions":["s3:GetObject","s3:ListBucket"],"authority":"effective","blocked_by":["resource"],"caveats":[],"chain_depth":1,"condition":{"key":"aws:SecureTransport","operator":"BoolIfExists","values":["true"]},"cross_account":true,"hops":[{"actions":["s3:GetObject","s3:ListBucket"],"blocked_by":["resource"],"condition":{"key":"aws:SecureTransport","operator":"BoolIfExists","values":["true"]},"from":"arn:aws:iam::318277459012:user/break-glass","granted_by":[],"observation":{"reason":"s3:GetObject is a data event, and trail acme-org-trail does not record it for this resource","status":"not_observable"},"relation":"ACCESSES","state":"conditional","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:resource-policy:arn:aws:s3:::acme-shared-artifacts","sha256":"d9fd6858279617914f05b09d7924ec6a5f4d9317a67effc251d4155fd6256ef1","sid":"OrganizationReads"},{"effect":"Deny","index":1,"policy":"urn:sv0:resource-policy:arn:aws:s3:::acme-shared-artifacts","sha256":"019380939e09c9f43be10e147e463d3872d93baa9b0643433c532d5798e550e2","sid":"TlsOnly"}],"to":"arn:aws:s3:::acme-shared-artifacts"}],"id":"37af1788d402cb41","kind":"direct","kinds":["direct"],"observation":{"reason":"s3:GetObject is a data event, and trail acme-org-trail does not record it for this resource","status":"not_observable"},"resource":"arn:aws:s3:::acme-shared-artifacts","roles":[],"scope":"arn:aws:s3:::acme-shared-artifacts","sensitivity":"internal","sensitivity_rule":"tag DataClassification=internal","state":"conditional","workload":"arn:aws:iam::318277459012:user/break-glass"}');
INSERT INTO "documents" VALUES('path','6cf37ce985d64c89','f0efc5bba730e913d063f9fc3b081096698ad7935444976d79c5b3271d0b2203','{"action_class":"invoke","actions":["lambda:InvokeFunction"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":2,"condition":null,"cross_account":true,"environment":{"rule":"account is named acme-prod","value":"production"},"hops":[{"actions":["sts:AssumeRole"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::318277459012:user/break-glass","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"ASSUMES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"urn:sv0:trust-policy:arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","sha256":"d0922a747dfd72ea5468ab912c2b854e1b779d3b984c7511ac97d885f0fde6b8","sid":null}],"to":"arn:aws:iam::912746058213:role/OrganizationAccountAccessRole"},{"actions":["lambda:InvokeFunction"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::912746058213:role/OrganizationAccountAccessRole","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:iam::aws:policy/AdministratorAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":0,"policy":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null}],"to":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary"}],"id":"6cf37ce985d64c89","kind":"assumed_chain","kinds":["assumed_chain"],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"resource":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","roles":["arn:aws:iam::912746058213:role/OrganizationAccountAccessRole"],"scope":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","sensitivity":"unknown","state":"allowed","workload":"arn:aws:iam::318277459012:user/break-glass"}');
INSERT INTO "documents" VALUES('path','78f5c719beac6af1','27099e39f27ca2108a7a8bb847fe454c94d84330f2d9edc5c2ee41663d58f103','{"action_class":"change_code","actions":["lambda:UpdateFunctionCode"],"authority":"effective","blocked_by":[],"caveats":[],"chain_depth":1,"condition":null,"cross_account":false,"environment":{"rule":"account is named acme-prod","value":"production"},"hops":[{"actions":[],"blocked_by":[],"condition":null,"from":"arn:aws:lambda:eu-west-1:912746058213:function:release-bot","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"RUNS_AS","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"urn:sv0:trust-policy:arn:aws:iam::912746058213:role/release-bot-lambda","sha256":"0751573dcff78da90df0a02e26776531e19ca96439e3f98d80fa45b9304f13dd","sid":null}],"to":"arn:aws:iam::912746058213:role/release-bot-lambda"},{"actions":["lambda:UpdateFunctionCode"],"blocked_by":[],"condition":null,"from":"arn:aws:iam::912746058213:role/release-bot-lambda","granted_by":[],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"relation":"ACCESSES","state":"allowed","statements":[{"effect":"Allow","index":0,"policy":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","sha256":"1676d2f7e7bca5c3998b0cf0f9dbee31bb4a3f93427993086b757e00c1583af5","sid":null},{"effect":"Allow","index":1,"policy":"urn:sv0:inline-policy:arn:aws:iam::912746058213:role/release-bot-lambda:release-bot","sha256":"eb69d3d0d7e46db3bd8f00fc767bcc85aad6ee181cffae72bd814eac68fe081e","sid":null}],"to":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary"}],"id":"78f5c719beac6af1","kind":"direct","kinds":["direct"],"observation":{"status":"not_observed","window_end":"2026-03-01T20:24:46Z","window_start":"2026-03-01T06:00:09Z"},"resource":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","roles":["arn:aws:iam::912746058213:role/release-bot-lambda"],"scope":"arn:aws:lambda:eu-west-1:912746058213:function:order-summary","sensitivity":"unknown","state":"allowed","workload":"arn:aws:lambda:eu-west-1:912746058213:function:release-bot"}');
CREATE TABLE ground_partitions (
    ground_id INTEGER NOT NULL REFERENCES grounds (id) ON DELETE CASCADE,
    account   TEXT    NOT NULL,
    region    TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    PRIMARY KEY (ground_id, account, region, source)
) STRICT, WITHOUT ROWID;
INSERT INTO "ground_partitions" VALUES(44,'organization','global','not_collected');
INSERT INTO "ground_partitions" VALUES(62,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(110,'271650948133','eu-west-1','bedrock-agentcore-control:agent-runtimes');
INSERT INTO "ground_partitions" VALUES(110,'508416729354','eu-west-1','config:AWS::ECR::Repository');
INSERT INTO "ground_partitions" VALUES(122,'271650948133','eu-west-1','config:AWS::DynamoDB::Table');
INSERT INTO "ground_partitions" VALUES(122,'271650948133','eu-west-1','dynamodb:resource-policies');
INSERT INTO "ground_partitions" VALUES(122,'organization','global','identity-center:users');
INSERT INTO "ground_partitions" VALUES(389,'318277459012','global','config:AWS::IAM::User');
INSERT INTO "ground_partitions" VALUES(389,'729183640557','eu-west-1','config:AWS::S3::AccountPublicAccessBlock');
INSERT INTO "ground_partitions" VALUES(389,'729183640557','eu-west-1','config:AWS::S3::Bucket');
INSERT INTO "ground_partitions" VALUES(389,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(389,'organization','global','iam:aws-managed-policies');
INSERT INTO "ground_partitions" VALUES(436,'318277459012','global','config:AWS::IAM::User');
INSERT INTO "ground_partitions" VALUES(436,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(436,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(436,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(436,'organization','global','iam:aws-managed-policies');
INSERT INTO "ground_partitions" VALUES(436,'organization','global','organizations:policies');
INSERT INTO "ground_partitions" VALUES(465,'318277459012','global','config:AWS::IAM::User');
INSERT INTO "ground_partitions" VALUES(465,'729183640557','eu-west-1','config:AWS::S3::AccountPublicAccessBlock');
INSERT INTO "ground_partitions" VALUES(465,'729183640557','eu-west-1','config:AWS::S3::Bucket');
INSERT INTO "ground_partitions" VALUES(465,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(465,'organization','global','iam:aws-managed-policies');
INSERT INTO "ground_partitions" VALUES(569,'912746058213','eu-west-1','config:AWS::Lambda::Function');
INSERT INTO "ground_partitions" VALUES(569,'912746058213','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(569,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(569,'organization','global','organizations:policies');
INSERT INTO "ground_partitions" VALUES(716,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
INSERT INTO "ground_partitions" VALUES(716,'organization','global','coverage-ledger');
INSERT INTO "ground_partitions" VALUES(767,'271650948133','global','iam:authorization-details');
INSERT INTO "ground_partitions" VALUES(767,'organization','global','configuration:959b36748bebf6b88b0f4b9bd01d8d3f41afd1834d6b96063a3def0551a562ec');
CREATE TABLE ground_policies (
    ground_id INTEGER NOT NULL REFERENCES grounds (id) ON DELETE CASCADE,
    native_id TEXT    NOT NULL,
    PRIMARY KEY (ground_id, native_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "ground_policies" VALUES(389,'arn:aws:s3:::acme-shared-press-kit');
INSERT INTO "ground_policies" VALUES(436,'arn:aws:iam::912746058213:role/OrganizationAccountAccessRole');
INSERT INTO "ground_policies" VALUES(436,'arn:aws:lambda:eu-west-1:912746058213:function:order-summary');
INSERT INTO "ground_policies" VALUES(465,'arn:aws:s3:::acme-shared-artifacts');
INSERT INTO "ground_policies" VALUES(569,'arn:aws:iam::912746058213:role/release-bot-lambda');
INSERT INTO "ground_policies" VALUES(569,'arn:aws:lambda:eu-west-1:912746058213:function:order-summary');
INSERT INTO "ground_policies" VALUES(767,'arn:aws:iam::271650948133:role/shipwright-integration');
CREATE TABLE grounds (
    id     INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "grounds" VALUES(44,'d4f4c81829a43aaba4eba5c17b630ec4b58676d4c2a8fc0879b450b0581ec994');
INSERT INTO "grounds" VALUES(62,'723d726faf41f5241999ff40eb0b423fde68cfdbe76a37625efa3e86f1640085');
INSERT INTO "grounds" VALUES(110,'f507366369692006e8921788a4f544b2662e63d64e6e0646090ac3c5c411c42b');
INSERT INTO "grounds" VALUES(122,'999d04884ba28fd1aed611fcf09f893ff2ca2560e0eadfd906eab93505bfbc96');
INSERT INTO "grounds" VALUES(389,'a22dcac685bf7f16e9b3e62506c9c6889484f9e7ccec5c10fefd59bf7c1db53a');
INSERT INTO "grounds" VALUES(436,'cc4537d7fa2d0b9a5158a5ac250255f509ec13eb9c5d8648ef2dd20c0ad79dba');
INSERT INTO "grounds" VALUES(465,'719694a5885be1957941db6fa03164c377cdaf208ebb9244076f2224efb5e82f');
INSERT INTO "grounds" VALUES(569,'4a96718d05a5903a7235b747dce83048e0bf157395211ffbe49ce34e9881dc0b');
INSERT INTO "grounds" VALUES(716,'b37cc482e67bfedfc22a45aa211530cf6ebfae0d781d615aadcaf60cd635e44c');
INSERT INTO "grounds" VALUES(767,'16704a32415f730499a5f74333cda24f7f15c31b6583232250d6b148245b6590');
CREATE TABLE leases (
    name   TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until  TEXT NOT NULL
) STRICT;
CREATE TABLE run_counts (
    run_id TEXT    NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    name   TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "run_counts" VALUES('20261123T005510Z-9dde9dd0','diagnostics',5);
INSERT INTO "run_counts" VALUES('20261123T005510Z-9dde9dd0','edges',659);
INSERT INTO "run_counts" VALUES('20261123T005510Z-9dde9dd0','entities',491);
INSERT INTO "run_counts" VALUES('20261123T005510Z-9dde9dd0','findings',112);
INSERT INTO "run_counts" VALUES('20261123T005510Z-9dde9dd0','paths',690);
INSERT INTO "run_counts" VALUES('20261123T005541Z-ce2d4800','diagnostics',5);
INSERT INTO "run_counts" VALUES('20261123T005541Z-ce2d4800','edges',653);
INSERT INTO "run_counts" VALUES('20261123T005541Z-ce2d4800','entities',490);
INSERT INTO "run_counts" VALUES('20261123T005541Z-ce2d4800','findings',192);
INSERT INTO "run_counts" VALUES('20261123T005541Z-ce2d4800','paths',677);
CREATE TABLE runs (
    run_id      TEXT NOT NULL PRIMARY KEY,
    captured_at TEXT NOT NULL,
    finished_at TEXT NOT NULL
) STRICT;
INSERT INTO "runs" VALUES('20261123T005510Z-9dde9dd0','2026-03-02T06:00:00Z','2026-11-23T00:55:12.212294264Z');
INSERT INTO "runs" VALUES('20261123T005541Z-ce2d4800','2026-12-09T06:00:00Z','2026-11-23T00:55:43.476825868Z');
CREATE TABLE sightings (
    kind           TEXT    NOT NULL CHECK (kind IN ('entity', 'edge', 'path', 'finding')),
    id             TEXT    NOT NULL,
    content_sha256 TEXT    NOT NULL,
    first_seen     TEXT    NOT NULL,
    last_seen      TEXT    NOT NULL,
    changed_at     TEXT    NOT NULL,
    stale_since    TEXT,
    gone_at        TEXT,
    rests_on       INTEGER NOT NULL REFERENCES grounds (id),
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "sightings" VALUES('edge','arn:aws:bedrock-agentcore:eu-west-1:271650948133:runtime/claims-Zk3Qm7TbXe DEPLOYED_FROM arn:aws:ecr:eu-west-1:508416729354:repository/assistant','5aeb9e46f6a6543218cb395511a000410b5d0f0b79d3451dbead29f71e9015d6','2026-03-02T06:00:00Z','2026-12-09T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,110);
INSERT INTO "sightings" VALUES('edge','arn:aws:dynamodb:eu-west-1:271650948133:table/customers OWNED_BY arn:aws:identitystore:::user/2bf52dcb-6024-4860-ab17-9f77baece538','82a92caaee5957f86f9c1ac6027cf10844a1705ad9d5b00306fd83762e2ee805','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-12-09T06:00:00Z',NULL,122);
INSERT INTO "sightings" VALUES('edge','arn:aws:lambda:eu-west-1:912746058213:function:order-summary OWNED_BY urn:sv0:owner:orders','5d77ad83cbe444455b08682730573a1e93e10c9f5cda83c1ce26b6a53ce0bc88','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-12-09T06:00:00Z',62);
INSERT INTO "sightings" VALUES('entity','arn:aws:iam::aws:policy/SecurityAudit','3f8d298218175995aa4f08efb2071a8bce3513edf3f1cb8eaa1fd2ebe06b6698','2026-03-02T06:00:00Z','2026-12-09T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,44);
INSERT INTO "sightings" VALUES('entity','arn:aws:lambda:eu-west-1:912746058213:function:order-summary','3e69d0be2dc3d908b90fabd526663b0373e898ae0fd58383dd04ed8cd1d279a7','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-12-09T06:00:00Z',62);
INSERT INTO "sightings" VALUES('finding','18390b49687f1b04','cc1b7062bb7ac56b0db8f6840236e10fc9d3b743ad7436b7305b137de94c0089','2026-03-02T06:00:00Z','2026-12-09T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,716);
INSERT INTO "sightings" VALUES('finding','e9e052b326c57fbb','9db58612140dfd040f051d2d3c945eba0be1ee585cf66c530dd626ab166b3ce6','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-12-09T06:00:00Z',767);
INSERT INTO "sightings" VALUES('path','10fcb7c11480a205','d9743645d9902c25b185d703985279e36e2a0eab3da6d829a1bfcf35ccd29ef5','2026-03-02T06:00:00Z','2026-12-09T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,389);
INSERT INTO "sightings" VALUES('path','37af1788d402cb41','078401dec529427d9c55dcce44c3fbe734c0776b928b86486bfe9460877c866d','2026-03-02T06:00:00Z','2026-12-09T06:00:00Z','2026-03-02T06:00:00Z',NULL,NULL,465);
INSERT INTO "sightings" VALUES('path','6cf37ce985d64c89','0944ad5437e691aa0449535d31dad52b36ca2ff67e95854d5f528b1ad0134980','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-12-09T06:00:00Z',NULL,436);
INSERT INTO "sightings" VALUES('path','78f5c719beac6af1','f0c64af69d822d27eb1517a06127d4b3789b2e193919d6fa01b2f3491cbb8b9c','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z','2026-03-02T06:00:00Z',NULL,'2026-12-09T06:00:00Z',569);
CREATE INDEX sightings_by_grounds ON sightings (rests_on);
CREATE INDEX coverage_by_account ON coverage (account, region, source);
COMMIT;
PRAGMA user_version = 2;
