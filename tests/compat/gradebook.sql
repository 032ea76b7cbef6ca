BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL
);
INSERT INTO "alembic_version" VALUES('e43177bfe90b');
CREATE TABLE appraise_outcome (
	id INTEGER NOT NULL, 
	assignment VARCHAR(128) NOT NULL, 
	student VARCHAR(128) NOT NULL, 
	at DATETIME NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	submission VARCHAR(64) NOT NULL, 
	lesson VARCHAR(64) NOT NULL, 
	status VARCHAR(32) NOT NULL, 
	walls TEXT NOT NULL, 
	items JSON NOT NULL, 
	notes JSON NOT NULL, 
	changed JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "appraise_outcome" VALUES(1,'04-the-numbers','sample-0001','2026-11-30 15:38:51.648834','8efb8f2ac92cdaec8e22646c887bafc1803a3777a8e118f99452105115e14da9','df73c11e8d889f873979766558d54994c905661b591f7e691aa1bd13f22582ad','50806a5b7ed6b5beeac5b9ad6c9ce3120aa6d560fbfa077ab3c514111c58f23a','graded','tier 2 (Landlock, limits and a filter on system calls)','[{"id": "numbers-find-it", "earned": 0.0, "points": 1.0, "status": "no answer", "remark": "The entries of `found` are not filled in yet. Put your answers there and run both cells again.", "misconception": null, "wrong": ["figure", "scale", "paragraph"], "core": false}, {"id": "numbers-follow-it-home", "earned": 2.0, "points": 2.0, "status": "right", "remark": "Right. You needed the abstract to know. None of the tellings alone could have told you.", "misconception": null, "wrong": [], "core": true}, {"id": "numbers-why-that-one", "earned": 1.0, "points": 1.0, "status": "right", "remark": "Right.", "misconception": null, "wrong": [], "core": false}, {"id": "numbers-what-one-digit-does", "earned": 1.0, "points": 1.0, "status": "right", "remark": "Right.", "misconception": null, "wrong": [], "core": true}, {"id": "numbers-count-what-survives", "earned": 2.0, "points": 2.0, "status": "right", "remark": "Right. The SDs are gone everywhere but in the reprint. Remember that in lesson 08.", "misconception": null, "wrong": [], "core": true}, {"id": "numbers-why-empty", "earned": 1.0, "points": 1.0, "status": "right", "remark": "Right.", "misconception": null, "wrong": [], "core": false}, {"id": "numbers-how-far-can-it-stretch", "earned": 2.0, "points": 2.0, "status": "right", "remark": "Right.", "misconception": null, "wrong": [], "core": true}, {"id": "numbers-flag-what-disagrees", "earned": 3.0, "points": 3.0, "status": "right", "remark": "Right.", "misconception": null, "wrong": [], "core": true}, {"id": "numbers-tension", "earned": 1.0, "points": 1.0, "status": "right", "remark": "Right.", "misconception": null, "wrong": [], "core": false}, {"id": "numbers-draw-what-survives", "earned": 1.0, "points": 1.0, "status": "right", "remark": "Right.", "misconception": null, "wrong": [], "core": false}]','[]','{}');
INSERT INTO "appraise_outcome" VALUES(2,'04-the-numbers','sample-0002','2026-11-30 15:38:52.108873','3243e79f8ca6163d3e140f1536cc7cfb006590234a00deae8563c9b20115ae5d','d61e3f9398b5dae2747cbff8d33eae754d0566d0d01e8190771fca0590261fb5','50806a5b7ed6b5beeac5b9ad6c9ce3120aa6d560fbfa077ab3c514111c58f23a','graded','tier 2 (Landlock, limits and a filter on system calls)','[{"id": "numbers-find-it", "earned": 0.67, "points": 1.0, "status": "partly", "remark": "You gave the figure on the left of the arrow. Which side of the arrow is \"after\"? Look at the direction of the arrow.", "misconception": "the-one-before", "wrong": ["figure"], "core": false}, {"id": "numbers-follow-it-home", "earned": 1.75, "points": 2.0, "status": "partly", "remark": "You compared the digits before treatment, and they agree. Compare what they are said to be digits of. Is it the same scale?", "misconception": "name-is-nothing", "wrong": ["pain before, mean, in vitamindwiki links"], "core": true}, {"id": "numbers-why-that-one", "earned": 0.0, "points": 1.0, "status": "no answer", "remark": "`reason` is None, which is Python''s word for nothing. Put your answer there and run both cells again.", "misconception": null, "wrong": [], "core": false}, {"id": "numbers-what-one-digit-does", "earned": 0.0, "points": 1.0, "status": "wrong", "remark": "Your entry in `grows_by` is baseline 7.5 6 months 4.7 Name: value, dtype: float64. A number (points) is expected there.", "misconception": null, "wrong": [""], "core": true}, {"id": "numbers-count-what-survives", "earned": 0.0, "points": 2.0, "status": "wrong", "remark": "None of the entries asked for can be found in the table `survived` (columns \u201cpassage\u201d, \u201chow many\u201d). Give one entry for each of \u201cpainscience comment \u00b7 means\u201d, \u201cwalsh post \u00b7 means\u201d, \u201cvitamindwiki clip \u00b7 means\u201d, \u2026: a dictionary, or a list in the order of the question.", "misconception": null, "wrong": [], "core": true}, {"id": "numbers-why-empty", "earned": 1.0, "points": 1.0, "status": "right", "remark": "Right.", "misconception": null, "wrong": [], "core": false}, {"id": "numbers-how-far-can-it-stretch", "earned": 0.0, "points": 2.0, "status": "no answer", "remark": "`stretch` is empty. Put your answer there and run both cells again.", "misconception": null, "wrong": [], "core": true}, {"id": "numbers-flag-what-disagrees", "earned": 0.0, "points": 3.0, "status": "no answer", "remark": "`flag_mismatch` returns nothing yet. Write its body and run both cells again.", "misconception": null, "wrong": [], "core": true}, {"id": "numbers-tension", "earned": 0.0, "points": 1.0, "status": "no answer", "remark": "`tension` is None, which is Python''s word for nothing. Put your answer there and run both cells again.", "misconception": null, "wrong": [], "core": false}, {"id": "numbers-draw-what-survives", "earned": 0.0, "points": 1.0, "status": "no answer", "remark": "`bars_of_means` still holds the three dots. Put your answer in their place and run both cells again.", "misconception": null, "wrong": [], "core": false}]','[]','{}');
CREATE TABLE assignment (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(128) NOT NULL, 
	duedate DATETIME, 
	course_id VARCHAR(128) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name), 
	FOREIGN KEY(course_id) REFERENCES course (id)
);
INSERT INTO "assignment" VALUES('717fec70bbed4469a00ecb046a04df19','04-the-numbers',NULL,'one-trial-five-tellings');
CREATE TABLE base_cell (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(128) NOT NULL, 
	notebook_id VARCHAR(32) NOT NULL, 
	type VARCHAR(50), 
	PRIMARY KEY (id), 
	UNIQUE (name, notebook_id, type), 
	FOREIGN KEY(notebook_id) REFERENCES notebook (id)
);
INSERT INTO "base_cell" VALUES('85b00ff4ebda46a3948dca3778520be7','numbers-follow-it-home','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','GradeCell');
INSERT INTO "base_cell" VALUES('32bef01db791421984cc6cda6b396c0e','numbers-what-one-digit-does','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','GradeCell');
INSERT INTO "base_cell" VALUES('1b11e8002cfa4fceb46a0e09e748470c','numbers-count-what-survives','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','GradeCell');
INSERT INTO "base_cell" VALUES('dd3285a46a37453eb292ae529cbd20cb','numbers-how-far-can-it-stretch','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','GradeCell');
INSERT INTO "base_cell" VALUES('1c97fbbab2d4429dbd3c216acc52030c','numbers-flag-what-disagrees','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','GradeCell');
INSERT INTO "base_cell" VALUES('79921dc874ac4e8f81dc7e84a963e87a','numbers-find-it-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('24294bd672a44a74b49a68809de2d636','numbers-follow-it-home-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('bd8627c5af5b4b97a9e95cf654c0744e','numbers-why-that-one-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('4e1a16c245de4790890d30dc33638d1b','numbers-what-one-digit-does-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('ac506ab1989a42f39709a3261b6235f9','numbers-count-what-survives-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('caeabb305a8d4be28b1a39992d4adc01','numbers-why-empty-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('e945ef4346ac4792bb0a437670146a02','numbers-how-far-can-it-stretch-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('ffe96ddf57a5461c9959abbf1892ddbe','numbers-flag-what-disagrees-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('9530e2dc9df54fbbb08d899593709668','numbers-tension-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
INSERT INTO "base_cell" VALUES('f108bfa666274c35a7ee408cd03f0aeb','numbers-draw-what-survives-answer','c6a11b0ab2c14c07aaa54f7fdc2b8bb2','SolutionCell');
CREATE TABLE comment (
	id VARCHAR(32) NOT NULL, 
	notebook_id VARCHAR(32), 
	cell_id VARCHAR(32), 
	auto_comment TEXT, 
	manual_comment TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (cell_id, notebook_id), 
	FOREIGN KEY(notebook_id) REFERENCES submitted_notebook (id), 
	FOREIGN KEY(cell_id) REFERENCES base_cell (id)
);
INSERT INTO "comment" VALUES('fa79e88e06404459ab034b9d9e4986c2','264014021b054e6aba5fc3c15a05e090','79921dc874ac4e8f81dc7e84a963e87a','No response.',NULL);
INSERT INTO "comment" VALUES('c2877d0da61e487ab50e7fec20f32fff','264014021b054e6aba5fc3c15a05e090','24294bd672a44a74b49a68809de2d636',NULL,NULL);
INSERT INTO "comment" VALUES('1c48ed88f5494561b9926665f53e7f1e','264014021b054e6aba5fc3c15a05e090','bd8627c5af5b4b97a9e95cf654c0744e',NULL,NULL);
INSERT INTO "comment" VALUES('5fd492d930ec49b08b3024e35f91b115','264014021b054e6aba5fc3c15a05e090','4e1a16c245de4790890d30dc33638d1b',NULL,NULL);
INSERT INTO "comment" VALUES('6dd64e98a41c444cb6b1830decef939b','264014021b054e6aba5fc3c15a05e090','ac506ab1989a42f39709a3261b6235f9',NULL,NULL);
INSERT INTO "comment" VALUES('785ec1b83a1443e59cb646ce038eb87d','264014021b054e6aba5fc3c15a05e090','caeabb305a8d4be28b1a39992d4adc01',NULL,NULL);
INSERT INTO "comment" VALUES('2d2168e4d3fd437e850f06eb46526ebf','264014021b054e6aba5fc3c15a05e090','e945ef4346ac4792bb0a437670146a02',NULL,NULL);
INSERT INTO "comment" VALUES('d4617fa1393543ef925bc802be35502a','264014021b054e6aba5fc3c15a05e090','ffe96ddf57a5461c9959abbf1892ddbe',NULL,NULL);
INSERT INTO "comment" VALUES('ea6fd478b9b34f11a1c828eaf075c7dc','264014021b054e6aba5fc3c15a05e090','9530e2dc9df54fbbb08d899593709668',NULL,NULL);
INSERT INTO "comment" VALUES('bfbe864d425544b4af61cc3b45563f8d','264014021b054e6aba5fc3c15a05e090','f108bfa666274c35a7ee408cd03f0aeb',NULL,NULL);
INSERT INTO "comment" VALUES('496121b7c20f45dc96cecd19bc46d114','5c2e49018c8648f9acbadf74f88bb931','79921dc874ac4e8f81dc7e84a963e87a',NULL,NULL);
INSERT INTO "comment" VALUES('5ad30741395f4bae8cdb72e4f5e715a3','5c2e49018c8648f9acbadf74f88bb931','24294bd672a44a74b49a68809de2d636',NULL,NULL);
INSERT INTO "comment" VALUES('57a8fdf4a70c4757b25702690a390c9f','5c2e49018c8648f9acbadf74f88bb931','bd8627c5af5b4b97a9e95cf654c0744e',NULL,NULL);
INSERT INTO "comment" VALUES('ab234e9c732c4a7ea4488b1cdd3ff9dc','5c2e49018c8648f9acbadf74f88bb931','4e1a16c245de4790890d30dc33638d1b',NULL,NULL);
INSERT INTO "comment" VALUES('f45a1fbb24cc41419a63fd7e55577591','5c2e49018c8648f9acbadf74f88bb931','ac506ab1989a42f39709a3261b6235f9',NULL,NULL);
INSERT INTO "comment" VALUES('ecc30bdecd2149bc8200abfa45fcd624','5c2e49018c8648f9acbadf74f88bb931','caeabb305a8d4be28b1a39992d4adc01',NULL,NULL);
INSERT INTO "comment" VALUES('1b16cf793c04442a8558a67ad3169be5','5c2e49018c8648f9acbadf74f88bb931','e945ef4346ac4792bb0a437670146a02',NULL,NULL);
INSERT INTO "comment" VALUES('fbcbc7c5830542c699fd701691724826','5c2e49018c8648f9acbadf74f88bb931','ffe96ddf57a5461c9959abbf1892ddbe','No response.',NULL);
INSERT INTO "comment" VALUES('62388dd6d0c04340b2d411c0bfbf28e4','5c2e49018c8648f9acbadf74f88bb931','9530e2dc9df54fbbb08d899593709668',NULL,NULL);
INSERT INTO "comment" VALUES('d79c4c2f2ce64d42943f95995ae75256','5c2e49018c8648f9acbadf74f88bb931','f108bfa666274c35a7ee408cd03f0aeb','No response.',NULL);
CREATE TABLE course (
	id VARCHAR(128) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (id)
);
INSERT INTO "course" VALUES('one-trial-five-tellings');
CREATE TABLE grade (
	id VARCHAR(32) NOT NULL, 
	notebook_id VARCHAR(32), 
	cell_id VARCHAR(32), 
	auto_score FLOAT, 
	manual_score FLOAT, 
	extra_credit FLOAT, 
	needs_manual_grade BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (cell_id, notebook_id), 
	FOREIGN KEY(notebook_id) REFERENCES submitted_notebook (id), 
	FOREIGN KEY(cell_id) REFERENCES base_cell (id)
);
INSERT INTO "grade" VALUES('660499f638f54e48818a43de5b86938a','264014021b054e6aba5fc3c15a05e090','85b00ff4ebda46a3948dca3778520be7',2.0,NULL,NULL,0);
INSERT INTO "grade" VALUES('3b8eea39c69f444885e887468f44cdd4','264014021b054e6aba5fc3c15a05e090','32bef01db791421984cc6cda6b396c0e',1.0,NULL,NULL,0);
INSERT INTO "grade" VALUES('5f8210729a404f40a04ee0ddf2f6e0db','264014021b054e6aba5fc3c15a05e090','1b11e8002cfa4fceb46a0e09e748470c',2.0,NULL,NULL,0);
INSERT INTO "grade" VALUES('dca982777ec0443fb98bfdbfcb2bd66a','264014021b054e6aba5fc3c15a05e090','dd3285a46a37453eb292ae529cbd20cb',2.0,NULL,NULL,0);
INSERT INTO "grade" VALUES('f4204837aabc4630a339b724f61c68d5','264014021b054e6aba5fc3c15a05e090','1c97fbbab2d4429dbd3c216acc52030c',3.0,NULL,NULL,0);
INSERT INTO "grade" VALUES('ac5e42ad4fe64870befa3f2b8067990f','5c2e49018c8648f9acbadf74f88bb931','85b00ff4ebda46a3948dca3778520be7',1.75,NULL,NULL,0);
INSERT INTO "grade" VALUES('ec16a396084241fa9bfc9551d50775da','5c2e49018c8648f9acbadf74f88bb931','32bef01db791421984cc6cda6b396c0e',0.0,NULL,NULL,0);
INSERT INTO "grade" VALUES('9042528f9b9b4b638eff48608abab4cc','5c2e49018c8648f9acbadf74f88bb931','1b11e8002cfa4fceb46a0e09e748470c',0.0,NULL,NULL,0);
INSERT INTO "grade" VALUES('a666747b81d8497ea9ebd487ff9dc006','5c2e49018c8648f9acbadf74f88bb931','dd3285a46a37453eb292ae529cbd20cb',0.0,NULL,NULL,0);
INSERT INTO "grade" VALUES('6a1a9e3e9693417ea450b513fec22026','5c2e49018c8648f9acbadf74f88bb931','1c97fbbab2d4429dbd3c216acc52030c',0.0,NULL,NULL,0);
CREATE TABLE grade_cells (
	id VARCHAR(32) NOT NULL, 
	max_score FLOAT NOT NULL, 
	cell_type VARCHAR(8) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(id) REFERENCES base_cell (id)
);
INSERT INTO "grade_cells" VALUES('85b00ff4ebda46a3948dca3778520be7',2.0,'code');
INSERT INTO "grade_cells" VALUES('32bef01db791421984cc6cda6b396c0e',1.0,'code');
INSERT INTO "grade_cells" VALUES('1b11e8002cfa4fceb46a0e09e748470c',2.0,'code');
INSERT INTO "grade_cells" VALUES('dd3285a46a37453eb292ae529cbd20cb',2.0,'code');
INSERT INTO "grade_cells" VALUES('1c97fbbab2d4429dbd3c216acc52030c',3.0,'code');
CREATE TABLE notebook (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(128) NOT NULL, 
	assignment_id VARCHAR(32), 
	kernelspec VARCHAR(1024), 
	PRIMARY KEY (id), 
	UNIQUE (name, assignment_id), 
	FOREIGN KEY(assignment_id) REFERENCES assignment (id)
);
INSERT INTO "notebook" VALUES('c6a11b0ab2c14c07aaa54f7fdc2b8bb2','04-the-numbers','717fec70bbed4469a00ecb046a04df19','{"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}');
CREATE TABLE solution_cells (
	id VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(id) REFERENCES base_cell (id)
);
INSERT INTO "solution_cells" VALUES('79921dc874ac4e8f81dc7e84a963e87a');
INSERT INTO "solution_cells" VALUES('24294bd672a44a74b49a68809de2d636');
INSERT INTO "solution_cells" VALUES('bd8627c5af5b4b97a9e95cf654c0744e');
INSERT INTO "solution_cells" VALUES('4e1a16c245de4790890d30dc33638d1b');
INSERT INTO "solution_cells" VALUES('ac506ab1989a42f39709a3261b6235f9');
INSERT INTO "solution_cells" VALUES('caeabb305a8d4be28b1a39992d4adc01');
INSERT INTO "solution_cells" VALUES('e945ef4346ac4792bb0a437670146a02');
INSERT INTO "solution_cells" VALUES('ffe96ddf57a5461c9959abbf1892ddbe');
INSERT INTO "solution_cells" VALUES('9530e2dc9df54fbbb08d899593709668');
INSERT INTO "solution_cells" VALUES('f108bfa666274c35a7ee408cd03f0aeb');
CREATE TABLE source_cell (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(128) NOT NULL, 
	cell_type VARCHAR(8) NOT NULL, 
	locked BOOLEAN NOT NULL, 
	source TEXT, 
	checksum VARCHAR(128), 
	notebook_id VARCHAR(32), 
	PRIMARY KEY (id), 
	UNIQUE (name, notebook_id), 
	FOREIGN KEY(notebook_id) REFERENCES notebook (id)
);
INSERT INTO "source_cell" VALUES('9f4fb901040e40f4962ec3693af25b92','numbers-find-it-answer','code',0,'found = {"figure": ..., "scale": ..., "paragraph": ...}
','ef460f2fdef75b54a15ef0640c02284a','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('b030dcee78ba4ae6b41d46f1bff37fe4','numbers-find-it-check','code',1,'check("numbers-find-it", found)','827dd071c4c9b382da898f656bf0b0b2','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('6b9ccafe2bad4fd9835ebf7ff63d6c75','numbers-follow-it-home-answer','code',0,'fate = {
    "pain at 6 months, mean, in walsh post": ...,
    "pain at 6 months, SD, in walsh post": ...,
    "flexion before, mean, in walsh post": ...,
    "pain before, mean, in vitamindwiki links": ...,
    "pain at 6 months, mean, in vitamindwiki links": ...,
    "pain at 6 months, mean, in vitamindwiki clip": ...,
    "pain at 6 months, mean, in painscience comment": ...,
    "pain at 6 months, mean, in shopblog post": ...,
}
','1a05100a6aeac685dea9a25ed4cf2be7','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('8f2864d0c66c4d138705e0ec9535e5b0','numbers-follow-it-home','code',1,'check("numbers-follow-it-home", fate)','cc376fe1b99e0120b03aade952dd1cf0','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('85d5c025a9a244c99bf8af1b477a1a6e','numbers-why-that-one-answer','code',0,'reason = ...
','28c3de36632298bed3d4d3abf2bd1d45','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('8de724e0db58490ea48c04e916b98180','numbers-why-that-one-check','code',1,'check("numbers-why-that-one", reason)','40a21b92d9c7dce0425f6fc3f1398f4c','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('f1e405f6f9cf4df6b1a3abcf9961d38d','numbers-what-one-digit-does-answer','code',0,'grows_by = ...
','d9a3516bc3e4af1912d21e1715d2399e','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('1f738c67c287422497fa07e3a113dc2b','numbers-what-one-digit-does','code',1,'check("numbers-what-one-digit-does", grows_by)','20dc085aecacda89b0ab9f53672bd358','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('7fa6fe8d54784da3a52c6af73ddf8560','numbers-count-what-survives-answer','code',0,'survived = pd.DataFrame(
    "",
    index=[
        "painscience comment",
        "walsh post",
        "vitamindwiki clip",
        "vitamindwiki links",
        "magx12 post",
        "shopblog post",
    ],
    columns=["means", "SDs", "p values"],
    dtype=object,
)
# one line a passage: survived.loc["walsh post"] = [number, number, number]

survived','5b66700c38e784a0259bed7d899329f6','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('32d2e6826ee949bd884d6965a242b6cd','numbers-count-what-survives','code',1,'check("numbers-count-what-survives", survived)','15692300135bb9dc5e6c66cad457bbab','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('d07874b83f324fc69f912d5ccc3ffe5e','numbers-why-empty-answer','code',0,'why_empty = {
    "vitamindwiki clip": ...,
    "painscience comment": ...,
    "magx12 post": ...,
    "shopblog post": ...,
}
','d453d50faf539671527d6580836d0808','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('15459357f5d440678cd8acac9885d699','numbers-why-empty-check','code',1,'check("numbers-why-empty", why_empty)','8fff1706938f25950961db5415c933f3','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('813f8895609e456d9caf6e7bdec6a2fd','numbers-how-far-can-it-stretch-answer','code',0,'def stretch(printed):
    ...
    ','69d9a2dc7bbd10e9f5ceb4ed46f78f98','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('b7c6449da7d749e48630f2fae225c128','numbers-how-far-can-it-stretch','code',1,'check("numbers-how-far-can-it-stretch", stretch)','16415919387b1389718136dbd9f9a098','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('0b9e2fadc5e349dcb00a91c173743062','numbers-flag-what-disagrees-answer','code',0,'def flag_mismatch(table):
    ...
    ','81dbb800668d298d3d133c27a5c718db','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('d54c6e02701d4b2bb12d5d36e87a7da1','numbers-flag-what-disagrees','code',1,'check("numbers-flag-what-disagrees", flag_mismatch)','05a209c0fd74caf4f89ae0c21736da14','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('adcf02ebc0be4e86b152069cbe270761','numbers-tension-answer','code',0,'tension = {"half": ..., "judgement": ..., "reason": ...}
','4dca959425be7daac933f8c485afbd0f','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('a86e20a9990b4722b003b98e8b06ff3b','numbers-tension-check','code',1,'check("numbers-tension", tension)','009f067e1b5129ffd0e2c8bf2aeb9fd2','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('6b8f5fa6f8d34d9bb49c7cf46c878fe2','numbers-draw-what-survives-answer','code',0,'bars_of_means = ...
','66d6b2e630d24cd70ec52ecd169aaf79','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
INSERT INTO "source_cell" VALUES('aa957ecd2e0a4b859e17958afc604e63','numbers-draw-what-survives-check','code',1,'check("numbers-draw-what-survives", bars_of_means)','b7925a251eb039d94067f1d0c57900b1','c6a11b0ab2c14c07aaa54f7fdc2b8bb2');
CREATE TABLE student (
	id VARCHAR(128) NOT NULL, 
	first_name VARCHAR(128), 
	last_name VARCHAR(128), 
	email VARCHAR(128), 
	lms_user_id VARCHAR(128), 
	PRIMARY KEY (id)
);
INSERT INTO "student" VALUES('sample-0001',NULL,NULL,NULL,NULL);
INSERT INTO "student" VALUES('sample-0002',NULL,NULL,NULL,NULL);
CREATE TABLE submitted_assignment (
	id VARCHAR(32) NOT NULL, 
	assignment_id VARCHAR(32), 
	student_id VARCHAR(128), 
	timestamp DATETIME, 
	extension DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (assignment_id, student_id), 
	FOREIGN KEY(assignment_id) REFERENCES assignment (id), 
	FOREIGN KEY(student_id) REFERENCES student (id)
);
INSERT INTO "submitted_assignment" VALUES('47e838b2135e42a394bdec4f774701a9','717fec70bbed4469a00ecb046a04df19','sample-0001',NULL,NULL);
INSERT INTO "submitted_assignment" VALUES('c9c6ad202a3e45098ba5353f9cd7e38e','717fec70bbed4469a00ecb046a04df19','sample-0002',NULL,NULL);
CREATE TABLE submitted_notebook (
	id VARCHAR(32) NOT NULL, 
	assignment_id VARCHAR(32), 
	notebook_id VARCHAR(32), 
	flagged BOOLEAN, 
	late_submission_penalty FLOAT, 
	PRIMARY KEY (id), 
	UNIQUE (notebook_id, assignment_id), 
	FOREIGN KEY(assignment_id) REFERENCES submitted_assignment (id), 
	FOREIGN KEY(notebook_id) REFERENCES notebook (id)
);
INSERT INTO "submitted_notebook" VALUES('264014021b054e6aba5fc3c15a05e090','47e838b2135e42a394bdec4f774701a9','c6a11b0ab2c14c07aaa54f7fdc2b8bb2',0,NULL);
INSERT INTO "submitted_notebook" VALUES('5c2e49018c8648f9acbadf74f88bb931','c9c6ad202a3e45098ba5353f9cd7e38e','c6a11b0ab2c14c07aaa54f7fdc2b8bb2',0,NULL);
CREATE TABLE task_cells (
	id VARCHAR(32) NOT NULL, 
	max_score FLOAT NOT NULL, 
	cell_type VARCHAR(8) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(id) REFERENCES base_cell (id)
);
CREATE INDEX appraise_outcome_of ON appraise_outcome (assignment, student, id);
COMMIT;