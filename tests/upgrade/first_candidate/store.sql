PRAGMA application_id = 0;
PRAGMA user_version = 0;
BEGIN TRANSACTION;
CREATE TABLE about (
	name VARCHAR(40) NOT NULL, 
	value VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_about PRIMARY KEY (name)
);
INSERT INTO "about" VALUES('store_id','24002ebec865487a8d7e59da724c39c7');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE alerts (
	id VARCHAR(32) NOT NULL, 
	topic_id VARCHAR(200) NOT NULL, 
	topic_title TEXT NOT NULL, 
	story_id VARCHAR(32) NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	severity VARCHAR(40) NOT NULL, 
	title TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	reason_code VARCHAR(40) NOT NULL, 
	article_id VARCHAR(32) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	acked_by TEXT DEFAULT '' NOT NULL, 
	acked_at DATETIME, 
	closed_by TEXT DEFAULT '' NOT NULL, 
	closed_at DATETIME, 
	CONSTRAINT pk_alerts PRIMARY KEY (id), 
	CONSTRAINT uq_alerts_story_id UNIQUE (story_id)
);
INSERT INTO "alerts" VALUES('bfd24f11eb2ae83c87ccedc1c260ebeb','harbours','Harbours','a619f0c1409e422a7d703d0cbbc3d81c','open','normal','Oslo zieht Ausbau der Häfen vor','New story. The topic has no story like it in the 72 h around it.','new_story','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.626218','2026-11-29 10:05:47.281446','',NULL,'',NULL);
INSERT INTO "alerts" VALUES('68ada33951ca637e6b52be19baa4262a','harbours','Harbours','7a1306eb1154b886a67dca82945f8cf1','acked','normal','Kaufhaus in Lissabon ausgebrannt','New story. The nearest is in kurier: similarity 0.00, needed 0.22.','new_story','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.948362','2026-11-29 10:06:10.058609','Anna','2026-11-29 10:06:10.058609','',NULL);
INSERT INTO "alerts" VALUES('3dffda038ac292e5b20b6eba5b4bf510','harbours','Harbours','3aae4f93bce1f9c98dda9d5260aa055b','open','normal','Güterzug entgleist vor Rotterdam','New story. The nearest is in kurier: similarity 0.00, needed 0.22.','new_story','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:22.169634','2026-11-29 10:06:22.169634','',NULL,'',NULL);
CREATE TABLE article_revisions (
	article_id VARCHAR(32) NOT NULL, 
	revision INTEGER NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	title_hash VARCHAR(32) NOT NULL, 
	text_hash VARCHAR(32) NOT NULL, 
	record TEXT NOT NULL, 
	CONSTRAINT pk_article_revisions PRIMARY KEY (article_id, revision)
);
INSERT INTO "article_revisions" VALUES('de42928ea8837e243d35bb21cbacc1fc',1,'2026-11-29 10:05:34.303605','62393953ad25af87d1bbf1c706862f3a','cbf4c1088240568ad0c9254f1ff3f50e','{"article_id":"de42928ea8837e243d35bb21cbacc1fc","revision":1,"url":"http://127.0.0.1:8765/ports.html","title":"Oslo zieht Ausbau der Häfen vor","lead":"","text":"Die Regierung in Oslo hat am Sonntag angekündigt, den Ausbau der Häfen im Norden vorzuziehen. Der Verteidigungsminister sprach von einer Investition in Höhe von zwei Milliarden Kronen. Die Opposition kritisierte, dass das Parlament erst im Nachhinein unterrichtet worden sei. Anwohner in Tromsø fürchten um die Fischerei.","outlet":"kurier","feed_id":"kurier-75ced7cb","language":"de","country":"DE","published_at":"2026-11-29T10:05:34Z","published_source":"feed","first_seen_at":"2026-11-29T10:05:34.107793Z","fetched_at":"2026-11-29T10:05:34.303605Z","authors":[],"agency":null,"access":"unknown","origin":"live","zones":[],"text_source":"page"}');
INSERT INTO "article_revisions" VALUES('ec6755ca7623b09f9aaac5420d7b81d7',1,'2026-11-29 10:05:47.014829','62393953ad25af87d1bbf1c706862f3a','cbf4c1088240568ad0c9254f1ff3f50e','{"article_id":"ec6755ca7623b09f9aaac5420d7b81d7","revision":1,"url":"http://127.0.0.1:8766/ports.html","title":"Oslo zieht Ausbau der Häfen vor","lead":"","text":"Die Regierung in Oslo hat am Sonntag angekündigt, den Ausbau der Häfen im Norden vorzuziehen. Der Verteidigungsminister sprach von einer Investition in Höhe von zwei Milliarden Kronen. Die Opposition kritisierte, dass das Parlament erst im Nachhinein unterrichtet worden sei. Anwohner in Tromsø fürchten um die Fischerei.","outlet":"bote","feed_id":"bote-55bdb76b","language":"de","country":"AT","published_at":"2026-11-29T10:05:46Z","published_source":"feed","first_seen_at":"2026-11-29T10:05:46.809538Z","fetched_at":"2026-11-29T10:05:47.014829Z","authors":[],"agency":null,"access":"unknown","origin":"live","zones":[],"text_source":"page"}');
INSERT INTO "article_revisions" VALUES('44f701c3ecebdee2d796db759c6fa96d',1,'2026-11-29 10:06:01.690347','b238a74aa864c6af852f44ac42f81878','68c1a504c1708614058e6d5b229b9575','{"article_id":"44f701c3ecebdee2d796db759c6fa96d","revision":1,"url":"http://127.0.0.1:8765/warehouse.html","title":"Kaufhaus in Lissabon ausgebrannt","lead":"","text":"In einem Vorort von Lissabon ist ein leer stehendes Kaufhaus abgebrannt. Die Häfen der Stadt blieben offen. Die Feuerwehr war mit hundert Kräften im Einsatz und brachte die Flammen gegen Mitternacht unter Kontrolle. Verletzt wurde niemand.","outlet":"kurier","feed_id":"kurier-75ced7cb","language":"de","country":"DE","published_at":"2026-11-29T10:06:01Z","published_source":"feed","first_seen_at":"2026-11-29T10:06:01.523551Z","fetched_at":"2026-11-29T10:06:01.690347Z","authors":[],"agency":null,"access":"unknown","origin":"live","zones":[],"text_source":"page"}');
INSERT INTO "article_revisions" VALUES('689cddfcd2d1f48c6d534a045c0dd6f3',1,'2026-11-29 10:06:21.931487','9fa8eec3f7f9831555841a9d293f52c1','03a9fee6510ac1ef7451cc697bc15af1','{"article_id":"689cddfcd2d1f48c6d534a045c0dd6f3","revision":1,"url":"http://127.0.0.1:8766/railway.html","title":"Güterzug entgleist vor Rotterdam","lead":"","text":"Vor Rotterdam ist am Morgen ein Güterzug mit Containern entgleist. Der Verkehr zu den Häfen ruht bis zum Abend, teilte der Betreiber der Strecke mit. Ein Kran soll die Wagen heben, die Ursache wird untersucht.","outlet":"bote","feed_id":"bote-55bdb76b","language":"de","country":"AT","published_at":"2026-11-29T10:06:21Z","published_source":"feed","first_seen_at":"2026-11-29T10:06:21.755840Z","fetched_at":"2026-11-29T10:06:21.931487Z","authors":[],"agency":null,"access":"unknown","origin":"live","zones":[],"text_source":"page"}');
INSERT INTO "article_revisions" VALUES('e8cd9cb6a8eeda91c6447b3aae8ed71f',1,'2026-11-29 10:06:35.607906','e1bc041a69555f35606034480b3a0d4d','bdb0eea0a30cbd6c64bf342ae09d63e3','{"article_id":"e8cd9cb6a8eeda91c6447b3aae8ed71f","revision":1,"url":"http://127.0.0.1:8765/bridge.html","title":"Klappbrücke in Triest klemmt","lead":"","text":"In Triest lässt sich eine Klappbrücke seit dem Mittag nicht mehr öffnen. Drei Fähren warten vor den Häfen, wie die Stadt berichtet. Techniker suchen den Fehler in der Hydraulik des mittleren Pfeilers.","outlet":"kurier","feed_id":"kurier-75ced7cb","language":"de","country":"DE","published_at":"2026-11-29T10:06:35Z","published_source":"feed","first_seen_at":"2026-11-29T10:06:35.319940Z","fetched_at":"2026-11-29T10:06:35.607906Z","authors":[],"agency":null,"access":"unknown","origin":"live","zones":[],"text_source":"page"}');
CREATE TABLE articles (
	article_id VARCHAR(32) NOT NULL, 
	url_key TEXT NOT NULL, 
	url TEXT NOT NULL, 
	outlet VARCHAR(100) NOT NULL, 
	feed_id VARCHAR(120) NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	origin VARCHAR(10) NOT NULL, 
	revision INTEGER NOT NULL, 
	revised_at DATETIME NOT NULL, 
	text_source VARCHAR(10) NOT NULL, 
	title_hash VARCHAR(32) NOT NULL, 
	text_hash VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_articles PRIMARY KEY (article_id), 
	CONSTRAINT uq_articles_url_key UNIQUE (url_key)
);
INSERT INTO "articles" VALUES('de42928ea8837e243d35bb21cbacc1fc','https://127.0.0.1:8765/ports.html','http://127.0.0.1:8765/ports.html','kurier','kurier-75ced7cb','2026-11-29 10:05:34.107793','live',1,'2026-11-29 10:05:34.303605','page','62393953ad25af87d1bbf1c706862f3a','cbf4c1088240568ad0c9254f1ff3f50e');
INSERT INTO "articles" VALUES('ec6755ca7623b09f9aaac5420d7b81d7','https://127.0.0.1:8766/ports.html','http://127.0.0.1:8766/ports.html','bote','bote-55bdb76b','2026-11-29 10:05:46.809538','live',1,'2026-11-29 10:05:47.014829','page','62393953ad25af87d1bbf1c706862f3a','cbf4c1088240568ad0c9254f1ff3f50e');
INSERT INTO "articles" VALUES('44f701c3ecebdee2d796db759c6fa96d','https://127.0.0.1:8765/warehouse.html','http://127.0.0.1:8765/warehouse.html','kurier','kurier-75ced7cb','2026-11-29 10:06:01.523551','live',1,'2026-11-29 10:06:01.690347','page','b238a74aa864c6af852f44ac42f81878','68c1a504c1708614058e6d5b229b9575');
INSERT INTO "articles" VALUES('689cddfcd2d1f48c6d534a045c0dd6f3','https://127.0.0.1:8766/railway.html','http://127.0.0.1:8766/railway.html','bote','bote-55bdb76b','2026-11-29 10:06:21.755840','live',1,'2026-11-29 10:06:21.931487','page','9fa8eec3f7f9831555841a9d293f52c1','03a9fee6510ac1ef7451cc697bc15af1');
INSERT INTO "articles" VALUES('e8cd9cb6a8eeda91c6447b3aae8ed71f','https://127.0.0.1:8765/bridge.html','http://127.0.0.1:8765/bridge.html','kurier','kurier-75ced7cb','2026-11-29 10:06:35.319940','live',1,'2026-11-29 10:06:35.607906','page','e1bc041a69555f35606034480b3a0d4d','bdb0eea0a30cbd6c64bf342ae09d63e3');
CREATE TABLE card_labels (
	alert_id VARCHAR(32) NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	value VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_card_labels PRIMARY KEY (alert_id, kind, value)
);
INSERT INTO "card_labels" VALUES('bfd24f11eb2ae83c87ccedc1c260ebeb','outlet','kurier','2026-11-29 10:05:34.626218');
INSERT INTO "card_labels" VALUES('bfd24f11eb2ae83c87ccedc1c260ebeb','language','de','2026-11-29 10:05:34.626218');
INSERT INTO "card_labels" VALUES('bfd24f11eb2ae83c87ccedc1c260ebeb','country','DE','2026-11-29 10:05:34.626218');
INSERT INTO "card_labels" VALUES('bfd24f11eb2ae83c87ccedc1c260ebeb','outlet','bote','2026-11-29 10:05:34.626218');
INSERT INTO "card_labels" VALUES('bfd24f11eb2ae83c87ccedc1c260ebeb','country','AT','2026-11-29 10:05:34.626218');
INSERT INTO "card_labels" VALUES('68ada33951ca637e6b52be19baa4262a','outlet','kurier','2026-11-29 10:06:01.948362');
INSERT INTO "card_labels" VALUES('68ada33951ca637e6b52be19baa4262a','language','de','2026-11-29 10:06:01.948362');
INSERT INTO "card_labels" VALUES('68ada33951ca637e6b52be19baa4262a','country','DE','2026-11-29 10:06:01.948362');
INSERT INTO "card_labels" VALUES('3dffda038ac292e5b20b6eba5b4bf510','outlet','bote','2026-11-29 10:06:22.169634');
INSERT INTO "card_labels" VALUES('3dffda038ac292e5b20b6eba5b4bf510','language','de','2026-11-29 10:06:22.169634');
INSERT INTO "card_labels" VALUES('3dffda038ac292e5b20b6eba5b4bf510','country','AT','2026-11-29 10:06:22.169634');
CREATE TABLE cards (
	alert_id VARCHAR(32) NOT NULL, 
	story_id VARCHAR(32) NOT NULL, 
	topic_id VARCHAR(200) NOT NULL, 
	article_id VARCHAR(32) NOT NULL, 
	title TEXT NOT NULL, 
	url TEXT NOT NULL, 
	outlet VARCHAR(200) NOT NULL, 
	severity VARCHAR(40) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	told BOOLEAN NOT NULL, 
	score INTEGER NOT NULL, 
	reason_code VARCHAR(40) NOT NULL, 
	reason TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	verdict VARCHAR(12) DEFAULT '' NOT NULL, 
	verdict_reason VARCHAR(40) DEFAULT '' NOT NULL, 
	verdict_by TEXT DEFAULT '' NOT NULL, 
	verdict_at DATETIME, 
	words TEXT NOT NULL, 
	CONSTRAINT pk_cards PRIMARY KEY (alert_id)
);
INSERT INTO "cards" VALUES('bfd24f11eb2ae83c87ccedc1c260ebeb','a619f0c1409e422a7d703d0cbbc3d81c','harbours','de42928ea8837e243d35bb21cbacc1fc','Oslo zieht Ausbau der Häfen vor','http://127.0.0.1:8765/ports.html','kurier','normal','open',1,30,'new_story','New story. The topic has no story like it in the 72 h around it.','2026-11-29 10:05:34.626218','2026-11-29 10:05:47.281446','','','',NULL,'oslo zieht ausbau der häfen vor
die regierung in oslo hat am sonntag angekündigt den ausbau der häfen im norden vorzuziehen');
INSERT INTO "cards" VALUES('68ada33951ca637e6b52be19baa4262a','7a1306eb1154b886a67dca82945f8cf1','harbours','44f701c3ecebdee2d796db759c6fa96d','Kaufhaus in Lissabon ausgebrannt','http://127.0.0.1:8765/warehouse.html','kurier','normal','acked',1,30,'new_story','New story. The nearest is in kurier: similarity 0.00, needed 0.22.','2026-11-29 10:06:01.948362','2026-11-29 10:06:10.058609','','','',NULL,'kaufhaus in lissabon ausgebrannt
die häfen der stadt blieben offen');
INSERT INTO "cards" VALUES('3dffda038ac292e5b20b6eba5b4bf510','3aae4f93bce1f9c98dda9d5260aa055b','harbours','689cddfcd2d1f48c6d534a045c0dd6f3','Güterzug entgleist vor Rotterdam','http://127.0.0.1:8766/railway.html','bote','normal','open',1,30,'new_story','New story. The nearest is in kurier: similarity 0.00, needed 0.22.','2026-11-29 10:06:22.169634','2026-11-29 10:06:22.169634','','','',NULL,'güterzug entgleist vor rotterdam
der verkehr zu den häfen ruht bis zum abend teilte der betreiber der strecke mit');
CREATE TABLE decisions (
	topic_id VARCHAR(200) NOT NULL, 
	article_id VARCHAR(32) NOT NULL, 
	revision INTEGER NOT NULL, 
	topic_revision VARCHAR(64) NOT NULL, 
	event VARCHAR(20) NOT NULL, 
	reason_code VARCHAR(40) NOT NULL, 
	reason TEXT NOT NULL, 
	alert_id VARCHAR(32) NOT NULL, 
	story_id VARCHAR(32) NOT NULL, 
	outlet VARCHAR(200) NOT NULL, 
	title TEXT NOT NULL, 
	url TEXT NOT NULL, 
	decided_at DATETIME NOT NULL, language VARCHAR(10) DEFAULT '' NOT NULL, country VARCHAR(10) DEFAULT '' NOT NULL, severity VARCHAR(40) DEFAULT '' NOT NULL, score INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_decisions PRIMARY KEY (topic_id, article_id, revision)
);
INSERT INTO "decisions" VALUES('harbours','de42928ea8837e243d35bb21cbacc1fc',1,'435e3f91125c3562360c36b6ac0c9b52','opened','new_story','New story. The topic has no story like it in the 72 h around it.','bfd24f11eb2ae83c87ccedc1c260ebeb','a619f0c1409e422a7d703d0cbbc3d81c','kurier','Oslo zieht Ausbau der Häfen vor','http://127.0.0.1:8765/ports.html','2026-11-29 10:05:34.626218','de','DE','normal',30);
INSERT INTO "decisions" VALUES('harbours','ec6755ca7623b09f9aaac5420d7b81d7',1,'435e3f91125c3562360c36b6ac0c9b52','suppressed','copy','The same text as in kurier.','bfd24f11eb2ae83c87ccedc1c260ebeb','a619f0c1409e422a7d703d0cbbc3d81c','bote','Oslo zieht Ausbau der Häfen vor','http://127.0.0.1:8766/ports.html','2026-11-29 10:05:47.281446','de','AT','normal',30);
INSERT INTO "decisions" VALUES('harbours','44f701c3ecebdee2d796db759c6fa96d',1,'435e3f91125c3562360c36b6ac0c9b52','opened','new_story','New story. The nearest is in kurier: similarity 0.00, needed 0.22.','68ada33951ca637e6b52be19baa4262a','7a1306eb1154b886a67dca82945f8cf1','kurier','Kaufhaus in Lissabon ausgebrannt','http://127.0.0.1:8765/warehouse.html','2026-11-29 10:06:01.948362','de','DE','normal',30);
INSERT INTO "decisions" VALUES('harbours','689cddfcd2d1f48c6d534a045c0dd6f3',1,'435e3f91125c3562360c36b6ac0c9b52','opened','new_story','New story. The nearest is in kurier: similarity 0.00, needed 0.22.','3dffda038ac292e5b20b6eba5b4bf510','3aae4f93bce1f9c98dda9d5260aa055b','bote','Güterzug entgleist vor Rotterdam','http://127.0.0.1:8766/railway.html','2026-11-29 10:06:22.169634','de','AT','normal',30);
CREATE TABLE deliveries (
	id VARCHAR(32) NOT NULL, 
	notification_id VARCHAR(32) NOT NULL, 
	receiver VARCHAR(200) NOT NULL, 
	target TEXT NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	attempts INTEGER NOT NULL, 
	possible_repeat BOOLEAN NOT NULL, 
	next_attempt_at DATETIME NOT NULL, 
	asked_until DATETIME, 
	lease_holder VARCHAR(120), 
	lease_expires_at DATETIME, 
	last_error TEXT DEFAULT '' NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	delivered_at DATETIME, 
	CONSTRAINT pk_deliveries PRIMARY KEY (id), 
	CONSTRAINT fk_deliveries_notification_id FOREIGN KEY(notification_id) REFERENCES notifications (id)
);
INSERT INTO "deliveries" VALUES('dcf410b0ee815fce19a9f1d5ec1e7a83','f63dbdc0a0055a0b512a7fb3b2742af8','desk','127.0.0.1:8767','delivered',1,0,'2026-11-29 10:05:34.714616',NULL,NULL,NULL,'','2026-11-29 10:05:34.714616','2026-11-29 10:05:35.635344','2026-11-29 10:05:35.635344');
INSERT INTO "deliveries" VALUES('b928df12c97fd7d5554c4c3890f2f118','700c68a0e3ba3fdf0e8d07758e00d11b','desk','127.0.0.1:8767','delivered',1,0,'2026-11-29 10:06:02.090814',NULL,NULL,NULL,'','2026-11-29 10:06:02.090814','2026-11-29 10:06:02.994534','2026-11-29 10:06:02.994534');
INSERT INTO "deliveries" VALUES('a5f4256aa510e7ae75da60a3fc81574e','8c4bf2cdd29a0e4f3277e8bbabf7bce0','desk','127.0.0.1:8767','pending',1,0,'2026-11-29 10:06:25.112012',NULL,NULL,NULL,'HTTP 503','2026-11-29 10:06:22.263509','2026-11-29 10:06:23.221396',NULL);
CREATE TABLE desk_actions (
	action_id VARCHAR(32) NOT NULL, 
	alert_id VARCHAR(32) NOT NULL, 
	verb VARCHAR(12) NOT NULL, 
	reason_code VARCHAR(40) NOT NULL, 
	"by" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	former TEXT NOT NULL, 
	undone_at DATETIME, 
	CONSTRAINT pk_desk_actions PRIMARY KEY (action_id, alert_id)
);
INSERT INTO "desk_actions" VALUES('fb0fa10679f24a70a91715f9688069bb','68ada33951ca637e6b52be19baa4262a','acked','','Anna','2026-11-29 10:06:10.058609','{"state": "open", "acked_by": "", "acked_at": null, "closed_by": "", "closed_at": null, "verdict": "", "verdict_reason": "", "verdict_by": "", "verdict_at": null}',NULL);
CREATE TABLE entries (
	id INTEGER NOT NULL, 
	feed_id VARCHAR(120) NOT NULL, 
	"key" TEXT NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	url TEXT NOT NULL, 
	url_key TEXT NOT NULL, 
	host TEXT NOT NULL, 
	article_id VARCHAR(32), 
	state VARCHAR(10) NOT NULL, 
	disposition VARCHAR(40) NOT NULL, 
	origin VARCHAR(10) NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	published_at DATETIME, 
	title TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	content TEXT NOT NULL, 
	authors JSON NOT NULL, 
	language VARCHAR(10), 
	attempts INTEGER NOT NULL, 
	next_page_at DATETIME NOT NULL, 
	page_outcome VARCHAR(40) NOT NULL, 
	lease_holder VARCHAR(120), 
	lease_until DATETIME, 
	CONSTRAINT pk_entries PRIMARY KEY (id), 
	CONSTRAINT uq_entries_feed_id_key UNIQUE (feed_id, "key")
);
INSERT INTO "entries" VALUES(1,'kurier-75ced7cb','//127.0.0.1:8765/ports.html','2885fa0818775cb50480ac508bd4f1af','http://127.0.0.1:8765/ports.html','https://127.0.0.1:8765/ports.html','127.0.0.1:8765','de42928ea8837e243d35bb21cbacc1fc','done','unchanged','live','2026-11-29 10:05:34.107793','2026-11-29 10:06:35.319940','2026-11-29 10:06:35.000000','Oslo zieht Ausbau der Häfen vor','','','[]',NULL,0,'2026-11-29 10:06:35.319940','ok',NULL,NULL);
INSERT INTO "entries" VALUES(2,'bote-55bdb76b','//127.0.0.1:8766/ports.html','5522d1460e5789410429401313ea0710','http://127.0.0.1:8766/ports.html','https://127.0.0.1:8766/ports.html','127.0.0.1:8766','ec6755ca7623b09f9aaac5420d7b81d7','done','unchanged','live','2026-11-29 10:05:46.809538','2026-11-29 10:06:35.214084','2026-11-29 10:06:35.000000','Oslo zieht Ausbau der Häfen vor','','','[]',NULL,0,'2026-11-29 10:06:35.214084','ok',NULL,NULL);
INSERT INTO "entries" VALUES(3,'kurier-75ced7cb','//127.0.0.1:8765/warehouse.html','27aa0638af772224aa950c6849c806d9','http://127.0.0.1:8765/warehouse.html','https://127.0.0.1:8765/warehouse.html','127.0.0.1:8765','44f701c3ecebdee2d796db759c6fa96d','done','unchanged','live','2026-11-29 10:06:01.523551','2026-11-29 10:06:35.319940','2026-11-29 10:06:35.000000','Kaufhaus in Lissabon ausgebrannt','','','[]',NULL,0,'2026-11-29 10:06:35.319940','ok',NULL,NULL);
INSERT INTO "entries" VALUES(4,'bote-55bdb76b','//127.0.0.1:8766/railway.html','9ba503d1993868e89b2635db852ca91e','http://127.0.0.1:8766/railway.html','https://127.0.0.1:8766/railway.html','127.0.0.1:8766','689cddfcd2d1f48c6d534a045c0dd6f3','done','unchanged','live','2026-11-29 10:06:21.755840','2026-11-29 10:06:35.214084','2026-11-29 10:06:35.000000','Güterzug entgleist vor Rotterdam','','','[]',NULL,0,'2026-11-29 10:06:35.214084','ok',NULL,NULL);
INSERT INTO "entries" VALUES(5,'kurier-75ced7cb','//127.0.0.1:8765/bridge.html','a2c5cee603ccc2604583347bfabdfc24','http://127.0.0.1:8765/bridge.html','https://127.0.0.1:8765/bridge.html','127.0.0.1:8765','e8cd9cb6a8eeda91c6447b3aae8ed71f','done','article_new','live','2026-11-29 10:06:35.319940','2026-11-29 10:06:35.319940','2026-11-29 10:06:35.000000','Klappbrücke in Triest klemmt','','','[]',NULL,0,'2026-11-29 10:06:35.319940','ok',NULL,NULL);
CREATE TABLE feed_days (
	feed_id VARCHAR(120) NOT NULL, 
	day DATE NOT NULL, 
	polls INTEGER NOT NULL, 
	not_modified INTEGER NOT NULL, 
	failed INTEGER NOT NULL, 
	entries INTEGER NOT NULL, 
	CONSTRAINT pk_feed_days PRIMARY KEY (feed_id, day)
);
INSERT INTO "feed_days" VALUES('bote-55bdb76b','2026-11-29',6,0,0,2);
INSERT INTO "feed_days" VALUES('kurier-75ced7cb','2026-11-29',6,0,0,3);
CREATE TABLE feeds (
	feed_id VARCHAR(120) NOT NULL, 
	outlet VARCHAR(100) NOT NULL, 
	url TEXT NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	tier VARCHAR(1) NOT NULL, 
	every_s FLOAT, 
	country VARCHAR(10) NOT NULL, 
	language VARCHAR(10) NOT NULL, 
	host TEXT NOT NULL, 
	added_at DATETIME NOT NULL, 
	removed_at DATETIME, 
	gone_at DATETIME, 
	etag TEXT, 
	last_modified TEXT, 
	validator_mode VARCHAR(20) NOT NULL, 
	same_body INTEGER NOT NULL, 
	validators_off_until DATETIME, 
	final_url TEXT, 
	body_sha256 VARCHAR(64), 
	parser_version VARCHAR(40) NOT NULL, 
	cache_hint_s FLOAT, 
	doc_hint_s FLOAT, 
	next_due_at DATETIME NOT NULL, 
	due_reason TEXT NOT NULL, 
	last_attempt_at DATETIME, 
	last_200_at DATETIME, 
	last_304_at DATETIME, 
	last_new_at DATETIME, 
	entry_count INTEGER NOT NULL, 
	fail_class VARCHAR(20), 
	fail_count INTEGER NOT NULL, 
	class_count INTEGER NOT NULL, 
	fail_since DATETIME, 
	class_since DATETIME, 
	last_outcome VARCHAR(40) NOT NULL, 
	last_error TEXT NOT NULL, 
	redirect_target TEXT, 
	redirect_since DATETIME, 
	lease_holder VARCHAR(120), 
	lease_until DATETIME, 
	CONSTRAINT pk_feeds PRIMARY KEY (feed_id)
);
INSERT INTO "feeds" VALUES('kurier-75ced7cb','kurier','http://127.0.0.1:8765/feed.xml','feed','B',0.0,'DE','de','127.0.0.1:8765','2026-11-29 10:05:21.785923',NULL,NULL,NULL,NULL,'both',0,NULL,'http://127.0.0.1:8765/feed.xml','bf9cf9b53665500cc56937ab74528e301afa199c8c9871243d199ddda1eca75c','1',NULL,NULL,'2026-11-29 10:06:35.319940','every 0 s, as sources.yaml says','2026-11-29 10:06:35.319940','2026-11-29 10:06:35.319940',NULL,'2026-11-29 10:06:35.319940',3,NULL,0,0,NULL,NULL,'read','',NULL,NULL,NULL,NULL);
INSERT INTO "feeds" VALUES('bote-55bdb76b','bote','http://127.0.0.1:8766/feed.xml','feed','B',0.0,'AT','de','127.0.0.1:8766','2026-11-29 10:05:21.785923',NULL,NULL,NULL,NULL,'both',0,NULL,'http://127.0.0.1:8766/feed.xml','711538164186076801af47ec7d5d1dc9260d9881cd935a56e25afdf8dd327c86','1',NULL,NULL,'2026-11-29 10:06:35.214084','every 0 s, as sources.yaml says','2026-11-29 10:06:35.214084','2026-11-29 10:06:35.214084',NULL,'2026-11-29 10:06:21.755840',2,NULL,0,0,NULL,NULL,'read','',NULL,NULL,NULL,NULL);
CREATE TABLE host_pauses (
	scope TEXT NOT NULL, 
	until DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_host_pauses PRIMARY KEY (scope)
);
CREATE TABLE leases (
	name VARCHAR(80) NOT NULL, 
	holder VARCHAR(120) NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
CREATE TABLE notifications (
	id VARCHAR(32) NOT NULL, 
	alert_id VARCHAR(32) NOT NULL, 
	receiver VARCHAR(200) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	seq INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_notifications PRIMARY KEY (id)
);
INSERT INTO "notifications" VALUES('f63dbdc0a0055a0b512a7fb3b2742af8','bfd24f11eb2ae83c87ccedc1c260ebeb','desk','new_story',0,'{"id":"f63dbdc0a0055a0b512a7fb3b2742af8","kind":"new_story","alert_id":"bfd24f11eb2ae83c87ccedc1c260ebeb","topic":{"id":"harbours","title":"Harbours"},"severity":"normal","story":{"id":"a619f0c1409e422a7d703d0cbbc3d81c","title":"Oslo zieht Ausbau der Häfen vor","first_seen":"2026-11-29T10:05:34.107793Z","outlets":1},"articles":[{"id":"de42928ea8837e243d35bb21cbacc1fc","revision":1,"url":"http://127.0.0.1:8765/ports.html","title":"Oslo zieht Ausbau der Häfen vor","outlet":"kurier","language":"de","published_at":"2026-11-29T10:05:34Z","first_seen_at":"2026-11-29T10:05:34.107793Z","score":30,"rules":["any"],"also_in":[],"evidence":[{"field":"title","start":22,"end":27,"surface":"Häfen","rule":"any","sentence":"Oslo zieht Ausbau der Häfen vor"},{"field":"text","start":65,"end":70,"surface":"Häfen","rule":"any","sentence":"Die Regierung in Oslo hat am Sonntag angekündigt, den Ausbau der Häfen im Norden vorzuziehen."}]}],"reason":"New story. The topic has no story like it in the 72 h around it.","console_url":"http://127.0.0.1:8080/alerts/bfd24f11eb2ae83c87ccedc1c260ebeb"}','2026-11-29 10:05:34.714616');
INSERT INTO "notifications" VALUES('700c68a0e3ba3fdf0e8d07758e00d11b','68ada33951ca637e6b52be19baa4262a','desk','new_story',0,'{"id":"700c68a0e3ba3fdf0e8d07758e00d11b","kind":"new_story","alert_id":"68ada33951ca637e6b52be19baa4262a","topic":{"id":"harbours","title":"Harbours"},"severity":"normal","story":{"id":"7a1306eb1154b886a67dca82945f8cf1","title":"Kaufhaus in Lissabon ausgebrannt","first_seen":"2026-11-29T10:06:01.523551Z","outlets":1},"articles":[{"id":"44f701c3ecebdee2d796db759c6fa96d","revision":1,"url":"http://127.0.0.1:8765/warehouse.html","title":"Kaufhaus in Lissabon ausgebrannt","outlet":"kurier","language":"de","published_at":"2026-11-29T10:06:01Z","first_seen_at":"2026-11-29T10:06:01.523551Z","score":30,"rules":["any"],"also_in":[],"evidence":[{"field":"text","start":77,"end":82,"surface":"Häfen","rule":"any","sentence":"Die Häfen der Stadt blieben offen."}]}],"reason":"New story. The nearest is in kurier: similarity 0.00, needed 0.22.","console_url":"http://127.0.0.1:8080/alerts/68ada33951ca637e6b52be19baa4262a"}','2026-11-29 10:06:02.090814');
INSERT INTO "notifications" VALUES('8c4bf2cdd29a0e4f3277e8bbabf7bce0','3dffda038ac292e5b20b6eba5b4bf510','desk','new_story',0,'{"id":"8c4bf2cdd29a0e4f3277e8bbabf7bce0","kind":"new_story","alert_id":"3dffda038ac292e5b20b6eba5b4bf510","topic":{"id":"harbours","title":"Harbours"},"severity":"normal","story":{"id":"3aae4f93bce1f9c98dda9d5260aa055b","title":"Güterzug entgleist vor Rotterdam","first_seen":"2026-11-29T10:06:21.755840Z","outlets":1},"articles":[{"id":"689cddfcd2d1f48c6d534a045c0dd6f3","revision":1,"url":"http://127.0.0.1:8766/railway.html","title":"Güterzug entgleist vor Rotterdam","outlet":"bote","language":"de","published_at":"2026-11-29T10:06:21Z","first_seen_at":"2026-11-29T10:06:21.755840Z","score":30,"rules":["any"],"also_in":[],"evidence":[{"field":"text","start":86,"end":91,"surface":"Häfen","rule":"any","sentence":"Der Verkehr zu den Häfen ruht bis zum Abend, teilte der Betreiber der Strecke mit."}]}],"reason":"New story. The nearest is in kurier: similarity 0.00, needed 0.22.","console_url":"http://127.0.0.1:8080/alerts/3dffda038ac292e5b20b6eba5b4bf510"}','2026-11-29 10:06:22.263509');
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	stream VARCHAR(200) NOT NULL, 
	"key" BLOB, 
	value BLOB, 
	headers TEXT NOT NULL, 
	time DATETIME NOT NULL, 
	refused TEXT DEFAULT '' NOT NULL
);
CREATE TABLE robots (
	origin TEXT NOT NULL, 
	verdict VARCHAR(10) NOT NULL, 
	text TEXT NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	checked_at DATETIME NOT NULL, 
	CONSTRAINT pk_robots PRIMARY KEY (origin)
);
INSERT INTO "robots" VALUES('http://127.0.0.1:8765','allow','','2026-11-29 10:05:34.243293','2026-11-29 10:05:34.243293');
INSERT INTO "robots" VALUES('http://127.0.0.1:8766','allow','','2026-11-29 10:05:46.953206','2026-11-29 10:05:46.953206');
CREATE TABLE sightings (
	article_id VARCHAR(32) NOT NULL, 
	feed_id VARCHAR(120) NOT NULL, 
	url TEXT NOT NULL, 
	seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_sightings PRIMARY KEY (article_id, feed_id)
);
INSERT INTO "sightings" VALUES('de42928ea8837e243d35bb21cbacc1fc','kurier-75ced7cb','http://127.0.0.1:8765/ports.html','2026-11-29 10:05:34.308653');
INSERT INTO "sightings" VALUES('ec6755ca7623b09f9aaac5420d7b81d7','bote-55bdb76b','http://127.0.0.1:8766/ports.html','2026-11-29 10:05:47.035996');
INSERT INTO "sightings" VALUES('44f701c3ecebdee2d796db759c6fa96d','kurier-75ced7cb','http://127.0.0.1:8765/warehouse.html','2026-11-29 10:06:01.700567');
INSERT INTO "sightings" VALUES('689cddfcd2d1f48c6d534a045c0dd6f3','bote-55bdb76b','http://127.0.0.1:8766/railway.html','2026-11-29 10:06:21.938318');
INSERT INTO "sightings" VALUES('e8cd9cb6a8eeda91c6447b3aae8ed71f','kurier-75ced7cb','http://127.0.0.1:8765/bridge.html','2026-11-29 10:06:35.625147');
CREATE TABLE stories (
	id VARCHAR(32) NOT NULL, 
	topic_id VARCHAR(200) NOT NULL, 
	title TEXT NOT NULL, 
	first_seen DATETIME NOT NULL, 
	last_seen DATETIME NOT NULL, 
	outlets INTEGER NOT NULL, 
	CONSTRAINT pk_stories PRIMARY KEY (id)
);
INSERT INTO "stories" VALUES('a619f0c1409e422a7d703d0cbbc3d81c','harbours','Oslo zieht Ausbau der Häfen vor','2026-11-29 10:05:34.107793','2026-11-29 10:05:46.809538',2);
INSERT INTO "stories" VALUES('7a1306eb1154b886a67dca82945f8cf1','harbours','Kaufhaus in Lissabon ausgebrannt','2026-11-29 10:06:01.523551','2026-11-29 10:06:01.523551',1);
INSERT INTO "stories" VALUES('3aae4f93bce1f9c98dda9d5260aa055b','harbours','Güterzug entgleist vor Rotterdam','2026-11-29 10:06:21.755840','2026-11-29 10:06:21.755840',1);
CREATE TABLE story_articles (
	topic_id VARCHAR(200) NOT NULL, 
	article_id VARCHAR(32) NOT NULL, 
	revision INTEGER NOT NULL, 
	story_id VARCHAR(32) NOT NULL, 
	role VARCHAR(10) NOT NULL, 
	copy_of VARCHAR(32), 
	similarity FLOAT NOT NULL, 
	moment DATETIME NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	outlet VARCHAR(200) NOT NULL, 
	exact VARCHAR(32) NOT NULL, 
	facts TEXT NOT NULL, 
	features TEXT NOT NULL, 
	shingles BLOB NOT NULL, 
	CONSTRAINT pk_story_articles PRIMARY KEY (topic_id, article_id)
);
INSERT INTO "story_articles" VALUES('harbours','de42928ea8837e243d35bb21cbacc1fc',1,'a619f0c1409e422a7d703d0cbbc3d81c','original',NULL,1.0,'2026-11-29 10:05:34.000000','2026-11-29 10:05:34.107793','kurier','7d0efb5f2f5fd734cb8ea3504fdf4189','{"id":"de42928ea8837e243d35bb21cbacc1fc","revision":1,"url":"http://127.0.0.1:8765/ports.html","title":"Oslo zieht Ausbau der Häfen vor","outlet":"kurier","language":"de","published_at":"2026-11-29T10:05:34Z","first_seen_at":"2026-11-29T10:05:34.107793Z","score":30,"rules":["any"],"also_in":[],"evidence":[{"field":"title","start":22,"end":27,"surface":"Häfen","rule":"any","sentence":"Oslo zieht Ausbau der Häfen vor"},{"field":"text","start":65,"end":70,"surface":"Häfen","rule":"any","sentence":"Die Regierung in Oslo hat am Sonntag angekündigt, den Ausbau der Häfen im Norden vorzuziehen."}]}','{"language":"de","terms":{"oslo":1.469,"zieht":1.3545,"ausbau":1.8888,"häfen":0.5037,"govern":1.0,"sunday":1.0,"angekü":1.0,"norden":0.9,"vorzuz":1.0,"defenc":1.0,"sprach":0.9,"invest":1.0,"höhe":0.7,"millia":1.0,"kronen":0.9,"opposi":1.0,"kritis":1.0,"parlia":1.0,"nachhi":1.0,"unterr":1.0,"anwohn":1.0,"tromsø":0.9,"fürcht":1.0,"fische":1.0},"title":["oslo","zieht","ausbau","der","häfen","vor"],"words":["am","angekündigt","anwohner","ausbau","das","dass","den","der","die","einer","erst","fischerei","fürchten","hat","häfen","höhe","im","in","investition","kritisierte","kronen","milliarden","nachhinein","norden","opposition","oslo","parlament","regierung","sei","sonntag","sprach","tromsø","um","unterrichtet","verteidigungsminister","von","vor","vorzuziehen","worden","zieht","zwei"]}',X'00AF722189F03033171D7ED605386FE4220368B7B0A87A6625750FB1EEBB48E13101704E52998EAC331EFA2A0BBFDC46339381A4CBCC71C635A59142C9A841B339492083040ECD893C41DD6F1A4BF4DE3F3813B1AEEE3F043FE7014D8C1FF82043B02B7A3535697247BC83EAA95D77E94AA7CC30A981E3954D87725DD99335DA52EA9FAFAD71360C59021D9612C6B1315E37EBEB54A305D8636BABA12544D3276420DC46BE1BF6C96570F3CEAE704A0C66447E3AD82C41266E9EE6F53C3E34B472FAFAEEBDF3A0677328C7CC5B48883B73873CF99407D04B8B1BD2C1E7B096558CAE59FAA970FC9D93B0D0C786E6527F99D52FCD24388CC69A3EDFA7DC892B2BA11831258A41161FA71712856A5B8405B2573602E6156D08B852CF40289388CAC49DEB1A633B7BBDCAAE6BDEF8F92A49D9833419F606F00EDAB3AB291793D93FF29A57110F6BF699FAEEB15D82CE260E');
INSERT INTO "story_articles" VALUES('harbours','ec6755ca7623b09f9aaac5420d7b81d7',1,'a619f0c1409e422a7d703d0cbbc3d81c','copy','de42928ea8837e243d35bb21cbacc1fc',1.0,'2026-11-29 10:05:46.000000','2026-11-29 10:05:46.809538','bote','7d0efb5f2f5fd734cb8ea3504fdf4189','{"id":"ec6755ca7623b09f9aaac5420d7b81d7","revision":1,"url":"http://127.0.0.1:8766/ports.html","title":"Oslo zieht Ausbau der Häfen vor","outlet":"bote","language":"de","published_at":"2026-11-29T10:05:46Z","first_seen_at":"2026-11-29T10:05:46.809538Z","score":30,"rules":["any"],"also_in":[],"evidence":[{"field":"title","start":22,"end":27,"surface":"Häfen","rule":"any","sentence":"Oslo zieht Ausbau der Häfen vor"},{"field":"text","start":65,"end":70,"surface":"Häfen","rule":"any","sentence":"Die Regierung in Oslo hat am Sonntag angekündigt, den Ausbau der Häfen im Norden vorzuziehen."}]}','{"language":"de","terms":{"oslo":1.469,"zieht":1.3545,"ausbau":1.8888,"häfen":0.5037,"govern":1.0,"sunday":1.0,"angekü":1.0,"norden":0.9,"vorzuz":1.0,"defenc":1.0,"sprach":0.9,"invest":1.0,"höhe":0.7,"millia":1.0,"kronen":0.9,"opposi":1.0,"kritis":1.0,"parlia":1.0,"nachhi":1.0,"unterr":1.0,"anwohn":1.0,"tromsø":0.9,"fürcht":1.0,"fische":1.0},"title":["oslo","zieht","ausbau","der","häfen","vor"],"words":["am","angekündigt","anwohner","ausbau","das","dass","den","der","die","einer","erst","fischerei","fürchten","hat","häfen","höhe","im","in","investition","kritisierte","kronen","milliarden","nachhinein","norden","opposition","oslo","parlament","regierung","sei","sonntag","sprach","tromsø","um","unterrichtet","verteidigungsminister","von","vor","vorzuziehen","worden","zieht","zwei"]}',X'00AF722189F03033171D7ED605386FE4220368B7B0A87A6625750FB1EEBB48E13101704E52998EAC331EFA2A0BBFDC46339381A4CBCC71C635A59142C9A841B339492083040ECD893C41DD6F1A4BF4DE3F3813B1AEEE3F043FE7014D8C1FF82043B02B7A3535697247BC83EAA95D77E94AA7CC30A981E3954D87725DD99335DA52EA9FAFAD71360C59021D9612C6B1315E37EBEB54A305D8636BABA12544D3276420DC46BE1BF6C96570F3CEAE704A0C66447E3AD82C41266E9EE6F53C3E34B472FAFAEEBDF3A0677328C7CC5B48883B73873CF99407D04B8B1BD2C1E7B096558CAE59FAA970FC9D93B0D0C786E6527F99D52FCD24388CC69A3EDFA7DC892B2BA11831258A41161FA71712856A5B8405B2573602E6156D08B852CF40289388CAC49DEB1A633B7BBDCAAE6BDEF8F92A49D9833419F606F00EDAB3AB291793D93FF29A57110F6BF699FAEEB15D82CE260E');
INSERT INTO "story_articles" VALUES('harbours','44f701c3ecebdee2d796db759c6fa96d',1,'7a1306eb1154b886a67dca82945f8cf1','original',NULL,1.0,'2026-11-29 10:06:01.000000','2026-11-29 10:06:01.523551','kurier','9f2f7aba45d295d2f237c4e16732eb48','{"id":"44f701c3ecebdee2d796db759c6fa96d","revision":1,"url":"http://127.0.0.1:8765/warehouse.html","title":"Kaufhaus in Lissabon ausgebrannt","outlet":"kurier","language":"de","published_at":"2026-11-29T10:06:01Z","first_seen_at":"2026-11-29T10:06:01.523551Z","score":30,"rules":["any"],"also_in":[],"evidence":[{"field":"text","start":77,"end":82,"surface":"Häfen","rule":"any","sentence":"Die Häfen der Stadt blieben offen."}]}','{"language":"de","terms":{"kaufha":2.0986,"lissab":2.0986,"ausgeb":1.6931,"vorort":0.9,"leer":0.7,"stehen":1.0,"abgebr":1.0,"häfen":0.24,"stadt":0.8,"bliebe":1.0,"offen":0.8,"fire":1.0,"hunder":1.0,"kräfte":1.0,"einsat":1.0,"bracht":1.0,"flamme":1.0,"mitter":1.0,"kontro":1.0,"injure":1.0,"nieman":1.0},"title":["kaufhaus","in","lissabon","ausgebrannt"],"words":["abgebrannt","ausgebrannt","blieben","brachte","der","die","ein","einem","einsatz","feuerwehr","flammen","gegen","hundert","häfen","im","in","ist","kaufhaus","kontrolle","kräften","leer","lissabon","mit","mitternacht","niemand","offen","stadt","stehendes","und","unter","verletzt","von","vorort","war","wurde"]}',X'007959416CF50AD200C3090A89E6BB32027246C00F1CF5A106025435B8BC5853090F3D9468EB34180B7EC48C007CA0DD18CD1BD58DE056CB1AD6096CFEE3E2D42A885D9A720D6E3E2C5B68C9C9801D723A7EC9A8CECFCAB343288D29085AA0FB5678FBEBEB78F27C5F4C210681998BBC60D0869350FC4E36750F5D9C2EB6DD7390A6B7FEDC52115A961D41788705A9FD9A63E2B0E75D4AC2A0194FB2B111208EBC2AAA18FAA282F5C3C213719169E6E3C52CA8835C35E7CEC9A0029D34047F46D14C018F38D02101D671F01BBBE41CCFDEB178C176DF4859E089E21AB9EFC2E0EBE783DA2E747317F32CC8C15F47C50CF81456DD9EE022A6FD399B560F1569B4');
INSERT INTO "story_articles" VALUES('harbours','689cddfcd2d1f48c6d534a045c0dd6f3',1,'3aae4f93bce1f9c98dda9d5260aa055b','original',NULL,1.0,'2026-11-29 10:06:21.000000','2026-11-29 10:06:21.755840','bote','382f6c7d1314258c05153230bc130f78','{"id":"689cddfcd2d1f48c6d534a045c0dd6f3","revision":1,"url":"http://127.0.0.1:8766/railway.html","title":"Güterzug entgleist vor Rotterdam","outlet":"bote","language":"de","published_at":"2026-11-29T10:06:21Z","first_seen_at":"2026-11-29T10:06:21.755840Z","score":30,"rules":["any"],"also_in":[],"evidence":[{"field":"text","start":86,"end":91,"surface":"Häfen","rule":"any","sentence":"Der Verkehr zu den Häfen ruht bis zum Abend, teilte der Betreiber der Strecke mit."}]}','{"language":"de","terms":{"güterz":2.0986,"derail":2.0986,"rotter":2.0986,"morgen":0.9,"contai":1.0,"verkeh":1.0,"häfen":0.24,"ruht":0.7,"abend":0.8,"teilte":0.9,"betrei":1.0,"streck":1.0,"kran":0.7,"wagen":0.8,"heben":0.8,"ursach":1.0,"unters":1.0},"title":["güterzug","entgleist","vor","rotterdam"],"words":["abend","am","betreiber","bis","containern","den","der","die","ein","entgleist","güterzug","heben","häfen","ist","kran","mit","morgen","rotterdam","ruht","soll","strecke","teilte","untersucht","ursache","verkehr","vor","wagen","wird","zu","zum"]}',X'007BEAB9B5F69C6D0938873C37D2237E15B7C62C5006996417FB6280AF7E00A42215F04342B32A9B23DD5AC9F1E2F18C294745E2055DD8813225CC75714D39333283624DFBB7A6FD3B796908B8AD1B493EEB121A684E8CF14CCB86094D89F7C565B6C986D13CE0DB664B1CB7E44D849D6DDFE4ACA2F26329793AF9911D70460D7DEE42E52D71906D7F3C204382B55372835182A6BAF84B748420C2699C9AD6408CC491942682192B8E6DA82E2A3188AF94E45AABB5AE693CA399055F4359D0E2AFC3249CB1C1A66CB80CA50F33C43912BF1744F8A21A3165C71E32B804EDF7D6CFF8CA82D79FB725D443B0E2874DBBD4F2DCF53892212EFE');
CREATE TABLE story_shingles (
	topic_id VARCHAR(200) NOT NULL, 
	hash BLOB NOT NULL, 
	article_id VARCHAR(32) NOT NULL, 
	moment DATETIME NOT NULL, 
	CONSTRAINT pk_story_shingles PRIMARY KEY (topic_id, hash, article_id)
);
INSERT INTO "story_shingles" VALUES('harbours',X'00AF722189F03033','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'171D7ED605386FE4','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'220368B7B0A87A66','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'25750FB1EEBB48E1','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3101704E52998EAC','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'331EFA2A0BBFDC46','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'339381A4CBCC71C6','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'35A59142C9A841B3','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'39492083040ECD89','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3C41DD6F1A4BF4DE','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3F3813B1AEEE3F04','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3FE7014D8C1FF820','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'43B02B7A35356972','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'47BC83EAA95D77E9','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'4AA7CC30A981E395','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'4D87725DD99335DA','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'52EA9FAFAD71360C','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'59021D9612C6B131','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'5E37EBEB54A305D8','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'636BABA12544D327','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'6420DC46BE1BF6C9','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'6570F3CEAE704A0C','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'66447E3AD82C4126','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'6E9EE6F53C3E34B4','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'72FAFAEEBDF3A067','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'7328C7CC5B48883B','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'73873CF99407D04B','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'8B1BD2C1E7B09655','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'8CAE59FAA970FC9D','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'93B0D0C786E6527F','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'99D52FCD24388CC6','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'9A3EDFA7DC892B2B','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'A11831258A41161F','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'A71712856A5B8405','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'B2573602E6156D08','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'B852CF40289388CA','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'C49DEB1A633B7BBD','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'CAAE6BDEF8F92A49','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'D9833419F606F00E','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'DAB3AB291793D93F','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'F29A57110F6BF699','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'FAEEB15D82CE260E','de42928ea8837e243d35bb21cbacc1fc','2026-11-29 10:05:34.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'00AF722189F03033','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'171D7ED605386FE4','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'220368B7B0A87A66','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'25750FB1EEBB48E1','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3101704E52998EAC','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'331EFA2A0BBFDC46','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'339381A4CBCC71C6','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'35A59142C9A841B3','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'39492083040ECD89','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3C41DD6F1A4BF4DE','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3F3813B1AEEE3F04','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3FE7014D8C1FF820','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'43B02B7A35356972','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'47BC83EAA95D77E9','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'4AA7CC30A981E395','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'4D87725DD99335DA','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'52EA9FAFAD71360C','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'59021D9612C6B131','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'5E37EBEB54A305D8','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'636BABA12544D327','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'6420DC46BE1BF6C9','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'6570F3CEAE704A0C','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'66447E3AD82C4126','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'6E9EE6F53C3E34B4','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'72FAFAEEBDF3A067','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'7328C7CC5B48883B','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'73873CF99407D04B','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'8B1BD2C1E7B09655','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'8CAE59FAA970FC9D','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'93B0D0C786E6527F','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'99D52FCD24388CC6','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'9A3EDFA7DC892B2B','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'A11831258A41161F','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'A71712856A5B8405','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'B2573602E6156D08','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'B852CF40289388CA','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'C49DEB1A633B7BBD','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'CAAE6BDEF8F92A49','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'D9833419F606F00E','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'DAB3AB291793D93F','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'F29A57110F6BF699','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'FAEEB15D82CE260E','ec6755ca7623b09f9aaac5420d7b81d7','2026-11-29 10:05:46.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'007959416CF50AD2','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'00C3090A89E6BB32','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'027246C00F1CF5A1','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'06025435B8BC5853','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'090F3D9468EB3418','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'0B7EC48C007CA0DD','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'18CD1BD58DE056CB','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'1AD6096CFEE3E2D4','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'2A885D9A720D6E3E','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'2C5B68C9C9801D72','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3A7EC9A8CECFCAB3','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'43288D29085AA0FB','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'5678FBEBEB78F27C','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'5F4C210681998BBC','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'60D0869350FC4E36','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'750F5D9C2EB6DD73','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'90A6B7FEDC52115A','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'961D41788705A9FD','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'9A63E2B0E75D4AC2','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'A0194FB2B111208E','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'BC2AAA18FAA282F5','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'C3C213719169E6E3','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'C52CA8835C35E7CE','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'C9A0029D34047F46','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'D14C018F38D02101','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'D671F01BBBE41CCF','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'DEB178C176DF4859','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'E089E21AB9EFC2E0','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'EBE783DA2E747317','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'F32CC8C15F47C50C','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'F81456DD9EE022A6','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'FD399B560F1569B4','44f701c3ecebdee2d796db759c6fa96d','2026-11-29 10:06:01.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'007BEAB9B5F69C6D','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'0938873C37D2237E','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'15B7C62C50069964','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'17FB6280AF7E00A4','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'2215F04342B32A9B','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'23DD5AC9F1E2F18C','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'294745E2055DD881','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3225CC75714D3933','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3283624DFBB7A6FD','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3B796908B8AD1B49','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'3EEB121A684E8CF1','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'4CCB86094D89F7C5','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'65B6C986D13CE0DB','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'664B1CB7E44D849D','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'6DDFE4ACA2F26329','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'793AF9911D70460D','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'7DEE42E52D71906D','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'7F3C204382B55372','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'835182A6BAF84B74','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'8420C2699C9AD640','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'8CC491942682192B','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'8E6DA82E2A3188AF','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'94E45AABB5AE693C','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'A399055F4359D0E2','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'AFC3249CB1C1A66C','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'B80CA50F33C43912','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'BF1744F8A21A3165','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'C71E32B804EDF7D6','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'CFF8CA82D79FB725','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'D443B0E2874DBBD4','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
INSERT INTO "story_shingles" VALUES('harbours',X'F2DCF53892212EFE','689cddfcd2d1f48c6d534a045c0dd6f3','2026-11-29 10:06:21.000000');
CREATE TABLE topic_days (
	topic_id VARCHAR(200) NOT NULL, 
	day DATE NOT NULL, 
	matches INTEGER NOT NULL, 
	opened INTEGER NOT NULL, 
	suppressed INTEGER NOT NULL, 
	CONSTRAINT pk_topic_days PRIMARY KEY (topic_id, day)
);
INSERT INTO "topic_days" VALUES('harbours','2026-11-29',4,3,1);
CREATE INDEX ix_alerts_opened_at ON alerts (opened_at);
CREATE INDEX ix_alerts_topic_id ON alerts (topic_id);
CREATE INDEX ix_articles_first_seen_at ON articles (first_seen_at);
CREATE INDEX ix_articles_url ON articles (url);
CREATE INDEX ix_decisions_alert_id ON decisions (alert_id);
CREATE INDEX ix_decisions_decided_at ON decisions (decided_at);
CREATE INDEX ix_entries_feed_id_changed_at ON entries (feed_id, changed_at);
CREATE INDEX ix_entries_held ON entries (lease_holder) WHERE lease_holder IS NOT NULL;
CREATE INDEX ix_entries_pending ON entries (next_page_at) WHERE state = 'pending';
CREATE INDEX ix_entries_url_key ON entries (url_key);
CREATE INDEX ix_feeds_next_due_at ON feeds (next_due_at);
CREATE INDEX ix_notifications_alert_id ON notifications (alert_id);
CREATE UNIQUE INDEX ux_notifications ON notifications (alert_id, receiver, kind, seq);
CREATE INDEX ix_stories_topic ON stories (topic_id, last_seen);
CREATE INDEX ix_story_articles_exact ON story_articles (topic_id, exact);
CREATE INDEX ix_story_articles_moment ON story_articles (topic_id, moment);
CREATE INDEX ix_story_articles_story_id ON story_articles (story_id);
CREATE INDEX ix_story_shingles_article ON story_shingles (article_id, topic_id);
CREATE INDEX ix_story_shingles_moment ON story_shingles (moment);
CREATE INDEX ix_deliveries_due ON deliveries (state, next_attempt_at);
CREATE INDEX ix_deliveries_notification_id ON deliveries (notification_id);
CREATE INDEX ix_cards_changed_at ON cards (changed_at);
CREATE INDEX ix_cards_told ON cards (told, at, alert_id);
CREATE INDEX ix_cards_state ON cards (state, at, alert_id);
CREATE INDEX ix_cards_topic ON cards (topic_id, told, at, alert_id);
CREATE INDEX ix_cards_severity ON cards (severity, told, at, alert_id);
CREATE INDEX ix_cards_verdict ON cards (verdict, at, alert_id);
CREATE INDEX ix_cards_quality ON cards (topic_id, state, verdict);
CREATE INDEX ix_card_labels_walk ON card_labels (kind, value, at, alert_id);
CREATE INDEX ix_desk_actions_alert ON desk_actions (alert_id, at);
CREATE INDEX ix_decisions_article_id ON decisions (article_id);
CREATE INDEX ix_deliveries_updated ON deliveries (state, updated_at, id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',12);
COMMIT;
