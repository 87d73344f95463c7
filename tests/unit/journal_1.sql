PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE event (
	run	INTEGER NOT NULL,
	seq	INTEGER NOT NULL,
	at	INTEGER NOT NULL,
	actor	TEXT NOT NULL,
	kind	TEXT NOT NULL,
	body	TEXT NOT NULL,
	hash	BLOB NOT NULL,
	PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO event VALUES(0,1,1795839033993,'local','setup.link_made','{"run":0,"seq":1,"at":"2026-11-28T04:10:33.993Z","actor":"local","kind":"setup.link_made","data":{}}',X'98653a0e3939789796ded42fba16db94bdb9e68fef76f633763787998236fc80');
INSERT INTO event VALUES(0,2,1795839034333,'local','account.added','{"run":0,"seq":2,"at":"2026-11-28T04:10:34.333Z","actor":"local","kind":"account.added","data":{"name":"ana","roles":["operator"]}}',X'1cb56b65565a3848d88c91737cb37e017f5fb5e099cc1172243f3a5e401685dd');
INSERT INTO event VALUES(0,3,1795839034350,'local','token.added','{"run":0,"seq":3,"at":"2026-11-28T04:10:34.350Z","actor":"local","kind":"token.added","data":{"account":"ana","name":"test","hash":"48488b67bd90d7f8f0a7f9e73a2d0fef29637590e8bcb1514b2be781e38e8726"}}',X'5b662b7eae3b6603a5a7878a151f41f11f19f9c4304a4b99d40579c606ef861c');
INSERT INTO event VALUES(0,4,1795839034508,'local','account.added','{"run":0,"seq":4,"at":"2026-11-28T04:10:34.508Z","actor":"local","kind":"account.added","data":{"name":"bob","roles":["approver","lead"]}}',X'384bfbf5fd8630213d8e1f453847a9420ce6f8b369b38a454073974b80090832');
INSERT INTO event VALUES(0,5,1795839034538,'local','token.added','{"run":0,"seq":5,"at":"2026-11-28T04:10:34.538Z","actor":"local","kind":"token.added","data":{"account":"bob","name":"test","hash":"6ac5bd6339e05750a2111f75e448cf5a2e811b9111ab950719e032c4714e857d"}}',X'cd2cf3a8b8aba72e426ebb8ad7915fdd1fbd6f7a12b3da73841ccb07a01293de');
INSERT INTO event VALUES(0,6,1795839034569,'local','token.added','{"run":0,"seq":6,"at":"2026-11-28T04:10:34.569Z","actor":"local","kind":"token.added","data":{"account":"bob","name":"other","hash":"99ae1843d34b93a95d191af021f5abfed0e1038e2eadfe0ce386cb7093a4d601"}}',X'fe0719db0fec7dfce906b76d4287e608e0a976af47ad2c76e0024d5efe7143d7');
INSERT INTO event VALUES(1,1,1795839034597,'ana','run.created','{"run":1,"seq":1,"at":"2026-11-28T04:10:34.597Z","actor":"ana","kind":"run.created","data":{"title":"A small upgrade","reason":"to see","runbook":"small","document":"73ed75b311f075c9fc84d7b844a235016c68cf61dfc9f330f014a7b0831dff42","environment":"test","production":false,"state":"awaiting_approval","plan":"5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb","parameters":{"word":"first","pass":null},"sealed":{"pass":"f8e434fe54964e860c786e2c574742d41c4f7cef2466c8035c937430cd68d3dc"},"targets":{"local":{"kind":"local","shared":true}},"approvals":[{"role":"approver","count":1}],"steps":[{"id":"before","part":"main"},{"id":"gate","part":"main"},{"id":"after","part":"main"},{"id":"look","part":"main"},{"id":"back","part":"rollback"}],"steps_total":4}}',X'ab5f8629fe435b3a68c7f0ff1ed43526309e34b6a5ec7f07b735bc2920fb75c5');
INSERT INTO event VALUES(1,2,1795839034633,'bob','run.decided','{"run":1,"seq":2,"at":"2026-11-28T04:10:34.633Z","actor":"bob","kind":"run.decided","data":{"plan":"5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb","decision":"approve","comment":"fine","state":"ready"}}',X'16273f414b7fb0e2cee01e2c1aaab428aa8a1ae2975e27ac54a18d1c77a74da5');
INSERT INTO event VALUES(1,3,1795839034648,'ana','run.started','{"run":1,"seq":3,"at":"2026-11-28T04:10:34.648Z","actor":"ana","kind":"run.started","data":{"environment":"test","holds":[]}}',X'd9d54fdc7279195211c45175a01465223d6d46289fd1cc1468c609369e5b864c');
INSERT INTO event VALUES(1,4,1795839034649,'keeper','step.ready','{"run":1,"seq":4,"at":"2026-11-28T04:10:34.649Z","actor":"keeper","kind":"step.ready","data":{"step":"before"}}',X'162e313254cff5fcd752ab809152e33c6d0c683ebe85fc75ff9f6b535e991ba3');
INSERT INTO event VALUES(1,5,1795839034663,'ana','step.requested','{"run":1,"seq":5,"at":"2026-11-28T04:10:34.663Z","actor":"ana","kind":"step.requested","data":{"step":"before","targets":["local"],"n":1,"exec":"68328c66088d7c3f9542bc9809400e6e","plan":"5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb"}}',X'9380e471167990f02588625bcffcd618fe7e7906bdf0b7d0838ca9b5d360c4e2');
INSERT INTO event VALUES(1,6,1795839034672,'runner','step.starting','{"run":1,"seq":6,"at":"2026-11-28T04:10:34.672Z","actor":"runner","kind":"step.starting","data":{"step":"before","n":1}}',X'83b617b02ec038e7fa5ea0b0e9bae023bec62d52876dccdd354d321028e4285a');
INSERT INTO event VALUES(1,7,1795839034755,'runner','step.running','{"run":1,"seq":7,"at":"2026-11-28T04:10:34.755Z","actor":"runner","kind":"step.running","data":{"step":"before","n":1,"target":"local"}}',X'c6a3d2c0635780e00997c0ea8683922fad40212318232ac12b4ebebe3e4fd574');
INSERT INTO event VALUES(1,8,1795839034761,'runner','step.target_ended','{"run":1,"seq":8,"at":"2026-11-28T04:10:34.761Z","actor":"runner","kind":"step.target_ended","data":{"step":"before","n":1,"target":"local","state":"succeeded","exit":0,"message":"","bytes":11,"dropped":0,"hash":"64068b2c237ef49303f66c5f81abd9ef57bd5b680b7980e826fc4abc2ac30e23","captures":{"said":"hello"}}}',X'e6bb8828b48bee76c4455a5c2583aec472d680037896554a24bf93442dad6f27');
INSERT INTO event VALUES(1,9,1795839034763,'runner','step.ended','{"run":1,"seq":9,"at":"2026-11-28T04:10:34.763Z","actor":"runner","kind":"step.ended","data":{"step":"before","n":1,"outcome":"succeeded","state":"succeeded","message":"","captures":{"said":"hello"}}}',X'ac0573d940b96509688c3e08ffbf02f9f6bf5fae15bbae96982a12c81a857fe2');
INSERT INTO event VALUES(1,10,1795839034763,'keeper','step.ready','{"run":1,"seq":10,"at":"2026-11-28T04:10:34.763Z","actor":"keeper","kind":"step.ready","data":{"step":"gate"}}',X'7e9d784204298b2e0499c9e86449fb23b055c4f805e7dfeb45705f611c7a0a18');
INSERT INTO event VALUES(1,11,1795839034882,'bob','step.decided','{"run":1,"seq":11,"at":"2026-11-28T04:10:34.882Z","actor":"bob","kind":"step.decided","data":{"step":"gate","plan":"5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb","decision":"approve","comment":"","state":"succeeded"}}',X'03c87a545dd508e96b7d378cf45f8956247ba3cf00b06e83cb1806bd42b6cc91');
INSERT INTO event VALUES(1,12,1795839034883,'keeper','step.ready','{"run":1,"seq":12,"at":"2026-11-28T04:10:34.883Z","actor":"keeper","kind":"step.ready","data":{"step":"after"}}',X'e889c4eb393d5ccf36e38ea7be74d42e4350cb81f942e0a660981403ca9d5941');
INSERT INTO event VALUES(1,13,1795839034894,'ana','step.requested','{"run":1,"seq":13,"at":"2026-11-28T04:10:34.894Z","actor":"ana","kind":"step.requested","data":{"step":"after","targets":["local"],"n":1,"exec":"636e54ea6a96ac5daf1dee13768e3f17","plan":"5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb"}}',X'8259c8243cb3f1bc11aaffb435f0cde98452a34a858727b0a89cad2b94376910');
INSERT INTO event VALUES(1,14,1795839034896,'runner','step.starting','{"run":1,"seq":14,"at":"2026-11-28T04:10:34.896Z","actor":"runner","kind":"step.starting","data":{"step":"after","n":1}}',X'2cc7d7a7046fdd7a2ffde34190b8613915dc7d340a78ca033dcea05dd1200fe3');
INSERT INTO event VALUES(1,15,1795839034966,'runner','step.running','{"run":1,"seq":15,"at":"2026-11-28T04:10:34.966Z","actor":"runner","kind":"step.running","data":{"step":"after","n":1,"target":"local"}}',X'f9156000f7e9eb9cafcc1b3ad8bce5f3cf2e55fee4a299493276ea435bce3758');
INSERT INTO event VALUES(1,16,1795839034976,'runner','step.target_ended','{"run":1,"seq":16,"at":"2026-11-28T04:10:34.976Z","actor":"runner","kind":"step.target_ended","data":{"step":"after","n":1,"target":"local","state":"failed","exit":1,"message":"The script exited with 1 on local.","bytes":0,"dropped":0,"hash":"9baee523c1cff1bc426f9c04e703eb692cfdf18b075050f1fd46a4d769885bae"}}',X'5415311889934c1b24b6bd8381f102791e0bb55a40b71caa2c85bb147b73b694');
INSERT INTO event VALUES(1,17,1795839034977,'runner','step.ended','{"run":1,"seq":17,"at":"2026-11-28T04:10:34.977Z","actor":"runner","kind":"step.ended","data":{"step":"after","n":1,"outcome":"failed","state":"failed","message":"The script exited with 1 on local."}}',X'26af99933351a4fc0336f2502968e850117b774198d1654c25d824a53534a1b5');
INSERT INTO event VALUES(1,18,1795839035113,'ana','run.changed','{"run":1,"seq":18,"at":"2026-11-28T04:10:35.113Z","actor":"ana","kind":"run.changed","data":{"plan":"7411db44674e7dbb163e87f8407308227f2bb1e2eee90d170904c7954e7ceb72","parameters":{"word":"right","pass":null},"sealed":{"pass":"f8e434fe54964e860c786e2c574742d41c4f7cef2466c8035c937430cd68d3dc"},"state":"awaiting_approval","gates":["gate"]}}',X'3291503ae11c303d118375ad7a5573379c317f1e16686c40762852ec14bd4cd6');
INSERT INTO event VALUES(1,19,1795839035125,'bob','run.decided','{"run":1,"seq":19,"at":"2026-11-28T04:10:35.125Z","actor":"bob","kind":"run.decided","data":{"plan":"7411db44674e7dbb163e87f8407308227f2bb1e2eee90d170904c7954e7ceb72","decision":"approve","comment":"again","state":"running"}}',X'f7950a5addd9d58972bdca952ab076258b61ffd058e8647cf64b216c67e17b30');
INSERT INTO event VALUES(1,20,1795839035125,'keeper','step.ready','{"run":1,"seq":20,"at":"2026-11-28T04:10:35.125Z","actor":"keeper","kind":"step.ready","data":{"step":"gate"}}',X'ca641ae1630766c5d6a214ab5e106e793432eac98c89409094ac0ffeeed5225a');
INSERT INTO event VALUES(1,21,1795839035144,'bob','step.decided','{"run":1,"seq":21,"at":"2026-11-28T04:10:35.144Z","actor":"bob","kind":"step.decided","data":{"step":"gate","plan":"7411db44674e7dbb163e87f8407308227f2bb1e2eee90d170904c7954e7ceb72","decision":"approve","comment":"","state":"succeeded"}}',X'ff7aa1ebf2190566aa986c8cc5dbb217c25c9884788837852456eb52bbf69959');
INSERT INTO event VALUES(1,22,1795839035150,'ana','step.requested','{"run":1,"seq":22,"at":"2026-11-28T04:10:35.150Z","actor":"ana","kind":"step.requested","data":{"step":"after","targets":["local"],"n":2,"exec":"9a7469520842b72c514c252f501ba851","plan":"7411db44674e7dbb163e87f8407308227f2bb1e2eee90d170904c7954e7ceb72"}}',X'b9f3baf6a51139a2112b6e2eee6edfd05e33e084c1aad014afa0fae7c9fed94b');
INSERT INTO event VALUES(1,23,1795839035159,'runner','step.starting','{"run":1,"seq":23,"at":"2026-11-28T04:10:35.159Z","actor":"runner","kind":"step.starting","data":{"step":"after","n":2}}',X'efe30f730cdb8f4e73caa59dff5ca3baac3adfefa86caa7b419570bebed6da56');
INSERT INTO event VALUES(1,24,1795839035239,'runner','step.running','{"run":1,"seq":24,"at":"2026-11-28T04:10:35.239Z","actor":"runner","kind":"step.running","data":{"step":"after","n":2,"target":"local"}}',X'00b5a716e6be0cb1fe9db4cf4c15b564aa73302f4ac83e901a59ede5e379965a');
INSERT INTO event VALUES(1,25,1795839035245,'runner','step.target_ended','{"run":1,"seq":25,"at":"2026-11-28T04:10:35.245Z","actor":"runner","kind":"step.target_ended","data":{"step":"after","n":2,"target":"local","state":"succeeded","exit":0,"message":"","bytes":13,"dropped":0,"hash":"cb5149fd096bcd75a0b88793652d70739554db15db9588cedd05498d8a00af59"}}',X'60cd388de2ca71f989c6cfacf6dabdb27420e47916c0347a04d39dbd31fba3ca');
INSERT INTO event VALUES(1,26,1795839035249,'runner','step.ended','{"run":1,"seq":26,"at":"2026-11-28T04:10:35.249Z","actor":"runner","kind":"step.ended","data":{"step":"after","n":2,"outcome":"succeeded","state":"succeeded","message":"","captures":{}}}',X'0883bf9efb63670a8496ce29748c8757097520143c49e9b3c834576b559150d6');
INSERT INTO event VALUES(1,27,1795839035249,'keeper','step.ready','{"run":1,"seq":27,"at":"2026-11-28T04:10:35.249Z","actor":"keeper","kind":"step.ready","data":{"step":"look"}}',X'611e1708f85cf24623c8213ce3a7317d7ee9cc6b6a7c0b1781c75d490f1a9b3f');
INSERT INTO event VALUES(1,28,1795839035378,'ana','step.confirmed','{"run":1,"seq":28,"at":"2026-11-28T04:10:35.378Z","actor":"ana","kind":"step.confirmed","data":{"step":"look","note":"good","state":"awaiting_signature"}}',X'b146c406eb050822087913c216555dd7c41a089e5edf6ef83fe269cdf921dad8');
INSERT INTO event VALUES(1,29,1795839035391,'bob','step.signed','{"run":1,"seq":29,"at":"2026-11-28T04:10:35.391Z","actor":"bob","kind":"step.signed","data":{"step":"look","note":"yes","state":"confirmed"}}',X'65f4e4986232614ad7e10826515c52ea6fa1946e3d0e6a7efb9f127eaed8a7d2');
INSERT INTO event VALUES(1,30,1795839035406,'ana','run.closed','{"run":1,"seq":30,"at":"2026-11-28T04:10:35.406Z","actor":"ana","kind":"run.closed","data":{"result":"succeeded","note":""}}',X'3aa4c36d95bbb24e632bbf12c11593c72906be28f95a34eabefb3186a4674241');
INSERT INTO event VALUES(2,1,1795839035414,'ana','run.created','{"run":2,"seq":1,"at":"2026-11-28T04:10:35.414Z","actor":"ana","kind":"run.created","data":{"title":"A small upgrade","reason":"","runbook":"small","document":"73ed75b311f075c9fc84d7b844a235016c68cf61dfc9f330f014a7b0831dff42","environment":"test","production":false,"state":"awaiting_approval","plan":"b2d92527927340b31967c9e10c26d9acac1cfab10b6e3872a720b62ff9395b2c","parameters":{"word":"first","pass":null},"sealed":{"pass":"9d7dbfb14ee3d8ebd4c47a56232bea771bd4d09e1a6243990031834df18870a5"},"targets":{"local":{"kind":"local","shared":true}},"approvals":[{"role":"approver","count":1}],"steps":[{"id":"before","part":"main"},{"id":"gate","part":"main"},{"id":"after","part":"main"},{"id":"look","part":"main"},{"id":"back","part":"rollback"}],"steps_total":4}}',X'999f7a742c466b8a409064376b31a754f1dda36dae5ff11f271ab9e6e64263e3');
INSERT INTO event VALUES(2,2,1795839035418,'bob','run.decided','{"run":2,"seq":2,"at":"2026-11-28T04:10:35.418Z","actor":"bob","kind":"run.decided","data":{"plan":"b2d92527927340b31967c9e10c26d9acac1cfab10b6e3872a720b62ff9395b2c","decision":"approve","comment":"","state":"ready"}}',X'bc187e49ab8d4f73cfae8f23b8b69bbc3f0f95397c2429db6384310488a07b17');
INSERT INTO event VALUES(2,3,1795839035425,'ana','run.started','{"run":2,"seq":3,"at":"2026-11-28T04:10:35.425Z","actor":"ana","kind":"run.started","data":{"environment":"test","holds":[]}}',X'a11cc20e62d2b28eeab444196f89f3c1634ee7f70fefc1cf7d00ef30aea998b0');
INSERT INTO event VALUES(2,4,1795839035426,'keeper','step.ready','{"run":2,"seq":4,"at":"2026-11-28T04:10:35.426Z","actor":"keeper","kind":"step.ready","data":{"step":"before"}}',X'10789fc2b966897271563c7bdd24b13a3cb2b60044f4c21336d4311ee28e0c69');
INSERT INTO event VALUES(2,5,1795839035429,'ana','step.requested','{"run":2,"seq":5,"at":"2026-11-28T04:10:35.429Z","actor":"ana","kind":"step.requested","data":{"step":"before","targets":["local"],"n":1,"exec":"a8caeebd11492bb9ffc54db35928dcea","plan":"b2d92527927340b31967c9e10c26d9acac1cfab10b6e3872a720b62ff9395b2c"}}',X'c312a1fc8cc844432b58d7d53a7a7f7b820a72635a6538d5643e655aa3f700ac');
INSERT INTO event VALUES(2,6,1795839035436,'runner','step.starting','{"run":2,"seq":6,"at":"2026-11-28T04:10:35.436Z","actor":"runner","kind":"step.starting","data":{"step":"before","n":1}}',X'afb17e97a09a6d7f89e7b922694d89d3bdc7083538a73894686a9a84a7a771d5');
INSERT INTO event VALUES(2,7,1795839035495,'runner','step.running','{"run":2,"seq":7,"at":"2026-11-28T04:10:35.495Z","actor":"runner","kind":"step.running","data":{"step":"before","n":1,"target":"local"}}',X'bba58caa2606aec9d32daadf265cda62421fa9f407787f8da50c1fe5d79c9bba');
INSERT INTO event VALUES(2,8,1795839035505,'runner','step.target_ended','{"run":2,"seq":8,"at":"2026-11-28T04:10:35.505Z","actor":"runner","kind":"step.target_ended","data":{"step":"before","n":1,"target":"local","state":"succeeded","exit":0,"message":"","bytes":11,"dropped":0,"hash":"c407f2902a2b636fd00598b21e1b0b8f6f87ebd5bf1254a8d10606f8e1e33704","captures":{"said":"hello"}}}',X'7f6c5f9cc1582ccfa489ec95e3db90fc74deb1263e5a1c6b375f50ab0f40ec77');
INSERT INTO event VALUES(2,9,1795839035512,'runner','step.ended','{"run":2,"seq":9,"at":"2026-11-28T04:10:35.512Z","actor":"runner","kind":"step.ended","data":{"step":"before","n":1,"outcome":"succeeded","state":"succeeded","message":"","captures":{"said":"hello"}}}',X'6c947537f9ed8154de8b425943f55a0f81ec4ddf6828e10da09fa459160eecdc');
INSERT INTO event VALUES(2,10,1795839035512,'keeper','step.ready','{"run":2,"seq":10,"at":"2026-11-28T04:10:35.512Z","actor":"keeper","kind":"step.ready","data":{"step":"gate"}}',X'0bbe02846a32386a209f74b272bb45c83b580c11e53d0f0923b9e86b8ef368af');
INSERT INTO event VALUES(2,11,1795839035641,'ana','run.rollback_started','{"run":2,"seq":11,"at":"2026-11-28T04:10:35.641Z","actor":"ana","kind":"run.rollback_started","data":{"reason":"","steps_total":1,"steps":["back"],"not_needed":[]}}',X'bbe0abffcabd0ebd50ee79b0ac7ad7dfe2ad749f3ffe6e6564805459159a82b2');
INSERT INTO event VALUES(2,12,1795839035642,'keeper','step.ready','{"run":2,"seq":12,"at":"2026-11-28T04:10:35.642Z","actor":"keeper","kind":"step.ready","data":{"step":"back"}}',X'97f7b97d42a0941cd12f2468b627f7300cb81b46e0445efae9e0a5ac91eaff38');
INSERT INTO event VALUES(2,13,1795839035655,'ana','step.requested','{"run":2,"seq":13,"at":"2026-11-28T04:10:35.655Z","actor":"ana","kind":"step.requested","data":{"step":"back","targets":["local"],"n":1,"exec":"be49c49ac518a502ac2154abf8631451","plan":"b2d92527927340b31967c9e10c26d9acac1cfab10b6e3872a720b62ff9395b2c"}}',X'a029ca88016ca2b8b0950b9a288c0450e71e88983b970d74df9efb5bde11ba30');
INSERT INTO event VALUES(2,14,1795839035662,'runner','step.starting','{"run":2,"seq":14,"at":"2026-11-28T04:10:35.662Z","actor":"runner","kind":"step.starting","data":{"step":"back","n":1}}',X'ff612ecdb5f4a369d45809ec44cfaa958e1debd081a61d75e87627d89414baca');
INSERT INTO event VALUES(2,15,1795839035733,'runner','step.running','{"run":2,"seq":15,"at":"2026-11-28T04:10:35.733Z","actor":"runner","kind":"step.running","data":{"step":"back","n":1,"target":"local"}}',X'3a68ae44d82f636350b40234f7bdc945e1eb23318bd5e21cf61d2566fdfca635');
INSERT INTO event VALUES(2,16,1795839035743,'runner','step.target_ended','{"run":2,"seq":16,"at":"2026-11-28T04:10:35.743Z","actor":"runner","kind":"step.target_ended","data":{"step":"back","n":1,"target":"local","state":"succeeded","exit":0,"message":"","bytes":5,"dropped":0,"hash":"5d1ce98e7cc2a1f22b923d89d0e03e642b78a1f1536a53b1fc4c2e3a32e1b1e3"}}',X'30d65d5691c4cd6d80805aeceaad95ef6edbfae5735726aca372df7b41423dd4');
INSERT INTO event VALUES(2,17,1795839035749,'runner','step.ended','{"run":2,"seq":17,"at":"2026-11-28T04:10:35.749Z","actor":"runner","kind":"step.ended","data":{"step":"back","n":1,"outcome":"succeeded","state":"succeeded","message":"","captures":{}}}',X'5e1f55162159a236f63a5871eb3994387b030e049fa64d27c1059e34ae908c54');
CREATE TABLE ledger (
	n		INTEGER PRIMARY KEY,
	body		TEXT NOT NULL,
	hash		BLOB NOT NULL,
	signature	BLOB NOT NULL
) STRICT;
INSERT INTO ledger VALUES(1,'{"n":1,"at":"2026-11-28T04:10:35.406Z","run":1,"result":"succeeded","events":30,"head":"3aa4c36d95bbb24e632bbf12c11593c72906be28f95a34eabefb3186a4674241"}',X'16a80acbb75bab7f321982e8c86568994708d99eb13ee142bf37a15946319250',X'59f4ba064391488c136d2125000c6a5ba037f96bab5c35244fa8d9dcbabcc1868fd9fcbc1a10fb6d62efd249269a50104d0d37f9628c47e69297c959af6c5b0e');
CREATE TABLE document (
	hash	TEXT PRIMARY KEY,	-- BLAKE2b-256 of the text, hex
	text	TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO document VALUES('73ed75b311f075c9fc84d7b844a235016c68cf61dfc9f330f014a7b0831dff42',replace('---\ntitle: A small upgrade\nparameters:\n  word: {label: Word, default: first}\n  pass: {label: Password, type: secret}\napprovals:\n  - {role: approver, count: 1}\n---\n```sh {#before capture="said~^said (.*)$"}\necho said hello\n```\n\n```approval {#gate title="One agrees" role=approver}\n```\n\n```sh {#after rerun=safe}\n[ "$word" = right ] && echo "after: $word"\n```\n\n- [ ] Look at it {#look sign=lead}\n\n# Back {.rollback}\n\n```sh {#back undo=before}\necho back\n```\n','\n',char(10)));
CREATE TABLE run (
	id		INTEGER PRIMARY KEY,
	title		TEXT NOT NULL,
	reason		TEXT NOT NULL,
	runbook		TEXT NOT NULL,
	document	TEXT NOT NULL REFERENCES document (hash),
	environment	TEXT NOT NULL,
	production	INTEGER NOT NULL,
	state		TEXT NOT NULL,	-- DESIGN 5
	result		TEXT,		-- succeeded, failed, rolled_back
	mode		TEXT NOT NULL,	-- main, rollback
	seq		INTEGER NOT NULL,
	plan		TEXT NOT NULL,	-- hash, hex
	parameters	TEXT NOT NULL,	-- {name: text, or null for a secret}
	sealed		TEXT NOT NULL,	-- {name of a secret: hash of its box}
	targets		TEXT NOT NULL,	-- as targets_resolve() made it
	approvals	TEXT NOT NULL,	-- [{role, count}]
	current		TEXT,		-- the step that is next or at work
	steps_total	INTEGER NOT NULL,
	steps_done	INTEGER NOT NULL,
	created_by	TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	started_by	TEXT,
	started_at	INTEGER,
	ended_by	TEXT,
	ended_at	INTEGER,
	note		TEXT		-- given when it was closed or aborted
) STRICT;
INSERT INTO run VALUES(1,'A small upgrade','to see','small','73ed75b311f075c9fc84d7b844a235016c68cf61dfc9f330f014a7b0831dff42','test',0,'completed','succeeded','main',30,'7411db44674e7dbb163e87f8407308227f2bb1e2eee90d170904c7954e7ceb72','{"word":"right","pass":null}','{"pass":"f8e434fe54964e860c786e2c574742d41c4f7cef2466c8035c937430cd68d3dc"}','{"local":{"kind":"local","shared":true}}','[{"role":"approver","count":1}]',NULL,4,4,'ana',1795839034597,'ana',1795839034648,'ana',1795839035406,'');
INSERT INTO run VALUES(2,'A small upgrade','','small','73ed75b311f075c9fc84d7b844a235016c68cf61dfc9f330f014a7b0831dff42','test',0,'running',NULL,'rollback',17,'b2d92527927340b31967c9e10c26d9acac1cfab10b6e3872a720b62ff9395b2c','{"word":"first","pass":null}','{"pass":"9d7dbfb14ee3d8ebd4c47a56232bea771bd4d09e1a6243990031834df18870a5"}','{"local":{"kind":"local","shared":true}}','[{"role":"approver","count":1}]',NULL,1,1,'ana',1795839035414,'ana',1795839035425,NULL,NULL,NULL);
CREATE TABLE step (
	run	INTEGER NOT NULL REFERENCES run (id),
	id	TEXT NOT NULL,
	part	TEXT NOT NULL,		-- main, rollback, probe; not_taken: of
					-- a version hop that the run leaves out
	position INTEGER NOT NULL,	-- order within its part
	state	TEXT NOT NULL,
	attempts INTEGER NOT NULL,	-- how many there were
	by	TEXT,			-- who did what led to the state
	at	INTEGER,
	reason	TEXT,			-- of a skip; a note; the `when` that excluded
	signed_by TEXT,
	PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;
INSERT INTO step VALUES(1,'after','main',2,'succeeded',2,'ana',1795839035150,NULL,NULL);
INSERT INTO step VALUES(1,'back','rollback',4,'pending',0,NULL,NULL,NULL,NULL);
INSERT INTO step VALUES(1,'before','main',0,'succeeded',1,'ana',1795839034663,NULL,NULL);
INSERT INTO step VALUES(1,'gate','main',1,'succeeded',0,'bob',1795839035144,'',NULL);
INSERT INTO step VALUES(1,'look','main',3,'confirmed',0,'ana',1795839035378,'good','bob');
INSERT INTO step VALUES(2,'after','main',2,'pending',0,NULL,NULL,NULL,NULL);
INSERT INTO step VALUES(2,'back','rollback',0,'succeeded',1,'ana',1795839035655,NULL,NULL);
INSERT INTO step VALUES(2,'before','main',0,'succeeded',1,'ana',1795839035429,NULL,NULL);
INSERT INTO step VALUES(2,'gate','main',1,'ready',0,NULL,1795839035512,NULL,NULL);
INSERT INTO step VALUES(2,'look','main',3,'pending',0,NULL,NULL,NULL,NULL);
CREATE TABLE attempt (
	run		INTEGER NOT NULL,
	step		TEXT NOT NULL,
	n		INTEGER NOT NULL,
	exec		TEXT NOT NULL UNIQUE,	-- 32 hex digits
	plan		TEXT NOT NULL,	-- as it was then
	state		TEXT NOT NULL,
	by		TEXT NOT NULL,
	requested_at	INTEGER NOT NULL,
	started_at	INTEGER,
	ended_at	INTEGER,
	cancelled_by	TEXT,
	message		TEXT,
	PRIMARY KEY (run, step, n),
	FOREIGN KEY (run, step) REFERENCES step (run, id)
) STRICT, WITHOUT ROWID;
INSERT INTO attempt VALUES(1,'after',1,'636e54ea6a96ac5daf1dee13768e3f17','5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb','failed','ana',1795839034894,1795839034966,1795839034977,NULL,'The script exited with 1 on local.');
INSERT INTO attempt VALUES(1,'after',2,'9a7469520842b72c514c252f501ba851','7411db44674e7dbb163e87f8407308227f2bb1e2eee90d170904c7954e7ceb72','succeeded','ana',1795839035150,1795839035239,1795839035249,NULL,'');
INSERT INTO attempt VALUES(1,'before',1,'68328c66088d7c3f9542bc9809400e6e','5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb','succeeded','ana',1795839034663,1795839034755,1795839034763,NULL,'');
INSERT INTO attempt VALUES(2,'back',1,'be49c49ac518a502ac2154abf8631451','b2d92527927340b31967c9e10c26d9acac1cfab10b6e3872a720b62ff9395b2c','succeeded','ana',1795839035655,1795839035733,1795839035749,NULL,'');
INSERT INTO attempt VALUES(2,'before',1,'a8caeebd11492bb9ffc54db35928dcea','b2d92527927340b31967c9e10c26d9acac1cfab10b6e3872a720b62ff9395b2c','succeeded','ana',1795839035429,1795839035495,1795839035512,NULL,'');
CREATE TABLE attempt_target (
	run		INTEGER NOT NULL,
	step		TEXT NOT NULL,
	n		INTEGER NOT NULL,
	target		TEXT NOT NULL,
	state		TEXT NOT NULL,
	exit		INTEGER,
	bytes		INTEGER NOT NULL,
	dropped		INTEGER NOT NULL,
	hash		TEXT,		-- BLAKE2b-256 of the .cast, hex
	sealed		TEXT,		-- the same of the .sealed, if there is one
	message		TEXT,
	note		TEXT,		-- "quiet": the last thing noticed
	progress	TEXT,		-- "12 of 31": how far it had come
	from_statement	INTEGER,	-- SQL: where it was to start
	resume		INTEGER,	-- SQL: where a retry may start
	resume_of	INTEGER,	-- of how many statements
	captures	TEXT,		-- {name: value} of one that succeeded
	changed		TEXT,		-- edit: {file, backup, sum afterwards}
	started_at	INTEGER,
	ended_at	INTEGER,
	PRIMARY KEY (run, step, n, target)
) STRICT, WITHOUT ROWID;
INSERT INTO attempt_target VALUES(1,'after',1,'local','failed',1,0,0,'9baee523c1cff1bc426f9c04e703eb692cfdf18b075050f1fd46a4d769885bae',NULL,'The script exited with 1 on local.',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795839034966,1795839034976);
INSERT INTO attempt_target VALUES(1,'after',2,'local','succeeded',0,13,0,'cb5149fd096bcd75a0b88793652d70739554db15db9588cedd05498d8a00af59',NULL,'',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795839035239,1795839035245);
INSERT INTO attempt_target VALUES(1,'before',1,'local','succeeded',0,11,0,'64068b2c237ef49303f66c5f81abd9ef57bd5b680b7980e826fc4abc2ac30e23',NULL,'',NULL,NULL,NULL,NULL,NULL,'{"said":"hello"}',NULL,1795839034755,1795839034761);
INSERT INTO attempt_target VALUES(2,'back',1,'local','succeeded',0,5,0,'5d1ce98e7cc2a1f22b923d89d0e03e642b78a1f1536a53b1fc4c2e3a32e1b1e3',NULL,'',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795839035733,1795839035743);
INSERT INTO attempt_target VALUES(2,'before',1,'local','succeeded',0,11,0,'c407f2902a2b636fd00598b21e1b0b8f6f87ebd5bf1254a8d10606f8e1e33704',NULL,'',NULL,NULL,NULL,NULL,NULL,'{"said":"hello"}',NULL,1795839035495,1795839035505);
CREATE TABLE typist (
	run	INTEGER NOT NULL,
	step	TEXT NOT NULL,
	n	INTEGER NOT NULL,
	target	TEXT NOT NULL,
	account	TEXT NOT NULL,
	at	INTEGER NOT NULL,	-- of the first time
	PRIMARY KEY (run, step, n, target, account),
	FOREIGN KEY (run, step, n, target) REFERENCES
	    attempt_target (run, step, n, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE artifact (
	run	INTEGER NOT NULL,
	seq	INTEGER NOT NULL,	-- of its event
	name	TEXT NOT NULL,
	step	TEXT NOT NULL,
	n	INTEGER NOT NULL,
	target	TEXT NOT NULL,
	bytes	INTEGER NOT NULL,
	hash	TEXT NOT NULL,		-- BLAKE2b-256, hex
	PRIMARY KEY (run, seq),
	FOREIGN KEY (run, step, n, target) REFERENCES
	    attempt_target (run, step, n, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE variable (
	run	INTEGER NOT NULL REFERENCES run (id),
	name	TEXT NOT NULL,
	value	TEXT NOT NULL,
	step	TEXT NOT NULL,
	PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
INSERT INTO variable VALUES(1,'said','hello','before');
INSERT INTO variable VALUES(2,'said','hello','before');
CREATE TABLE approval (
	run	INTEGER NOT NULL REFERENCES run (id),
	seq	INTEGER NOT NULL,	-- of its event
	step	TEXT NOT NULL,		-- '' for the run itself, else the gate
	plan	TEXT NOT NULL,
	by	TEXT NOT NULL,
	decision TEXT NOT NULL,		-- approve, reject
	comment	TEXT NOT NULL,
	at	INTEGER NOT NULL,
	PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO approval VALUES(1,2,'','5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb','bob','approve','fine',1795839034633);
INSERT INTO approval VALUES(1,11,'gate','5ddadcd91c4bca90b98f25d4042aa4a5e2ac418a849e053ec5d3543b5ea8d9fb','bob','approve','',1795839034882);
INSERT INTO approval VALUES(1,19,'','7411db44674e7dbb163e87f8407308227f2bb1e2eee90d170904c7954e7ceb72','bob','approve','again',1795839035125);
INSERT INTO approval VALUES(1,21,'gate','7411db44674e7dbb163e87f8407308227f2bb1e2eee90d170904c7954e7ceb72','bob','approve','',1795839035144);
INSERT INTO approval VALUES(2,2,'','b2d92527927340b31967c9e10c26d9acac1cfab10b6e3872a720b62ff9395b2c','bob','approve','',1795839035418);
CREATE TABLE held_target (
	environment	TEXT NOT NULL,
	target		TEXT NOT NULL,
	run		INTEGER NOT NULL REFERENCES run (id),
	PRIMARY KEY (environment, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE look (
	exec	TEXT PRIMARY KEY,	-- 32 hex digits
	run	INTEGER NOT NULL REFERENCES run (id),
	step	TEXT NOT NULL,
	plan	TEXT NOT NULL,
	by	TEXT NOT NULL,
	requested_at INTEGER NOT NULL,
	targets	TEXT NOT NULL,		-- [names]
	ended_at INTEGER,
	message	TEXT,			-- where it did not come to an end
	results	TEXT			-- {target: how it ended}
) STRICT, WITHOUT ROWID;
CREATE TABLE account (
	name		TEXT PRIMARY KEY,
	roles		TEXT NOT NULL,	-- [names]
	disabled	INTEGER NOT NULL,
	created_at	INTEGER NOT NULL,
	created_by	TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO account VALUES('ana','["operator"]',0,1795839034333,'local');
INSERT INTO account VALUES('bob','["approver","lead"]',0,1795839034508,'local');
CREATE TABLE token (
	account		TEXT NOT NULL REFERENCES account (name),
	name		TEXT NOT NULL,
	hash		BLOB NOT NULL UNIQUE,
	created_at	INTEGER NOT NULL,
	created_by	TEXT NOT NULL,
	PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
INSERT INTO token VALUES('ana','test',X'48488b67bd90d7f8f0a7f9e73a2d0fef29637590e8bcb1514b2be781e38e8726',1795839034350,'local');
INSERT INTO token VALUES('bob','other',X'99ae1843d34b93a95d191af021f5abfed0e1038e2eadfe0ce386cb7093a4d601',1795839034569,'local');
INSERT INTO token VALUES('bob','test',X'6ac5bd6339e05750a2111f75e448cf5a2e811b9111ab950719e032c4714e857d',1795839034538,'local');
CREATE TABLE secret (
	name	TEXT PRIMARY KEY,
	set_at	INTEGER NOT NULL,
	set_by	TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE credential (
	account	TEXT PRIMARY KEY,
	hash	TEXT NOT NULL		-- argon2id, as libsodium writes it
) STRICT, WITHOUT ROWID;
INSERT INTO credential VALUES('ana','$argon2id$v=19$m=65536,t=2,p=1$GCxfZm5r3VioNSThTeNjzQ$pDYrRZJLh379j5tpyekJ/nvDxe6kol6vGBj7ecA5bcg');
INSERT INTO credential VALUES('bob','$argon2id$v=19$m=65536,t=2,p=1$w6SkT2eJndrZQohwUgEC0A$+BOWIdsLa7IYPFl01rTvl04jwWdLi4tbWwG4TAG+gbE');
CREATE TABLE session (
	hash		BLOB PRIMARY KEY,	-- of the cookie
	account		TEXT NOT NULL,
	address		TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sealed (
	run	INTEGER NOT NULL,
	name	TEXT NOT NULL,
	box	BLOB NOT NULL,
	PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
INSERT INTO sealed VALUES(1,'pass',X'f232e7cb3075b2d25a671e589f9267dfdc33a0f55bb5aa91946b7a3e50a01c77d8d6ba49a03701688ea0b2da57c9120af6aa82c3e7ead3bf589ca01873');
INSERT INTO sealed VALUES(2,'pass',X'e6cb127a1fbeccec4bfa105a664cb02ec9694c1d1746233803d736e694f559754c66ea6f9e3a8a40325e3671dd081f9ac9d0b2f0b8779a6f8867eb2aa1');
CREATE INDEX run_open ON run (state, id) WHERE ended_at IS NULL;
CREATE INDEX run_by_runbook ON run (runbook, id);
CREATE INDEX attempt_open ON attempt (exec) WHERE ended_at IS NULL;
CREATE INDEX held_target_run ON held_target (run);
CREATE INDEX look_of_run ON look (run, step, requested_at);
CREATE INDEX look_open ON look (exec) WHERE ended_at IS NULL;
CREATE INDEX session_account ON session (account);
COMMIT;
