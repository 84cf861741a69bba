"""People edit every paragraph and the release changes: the check finds each figure that moved, and loses no word."""

import shutil
import zipfile

import docx
import duckdb
import pytest
from docx.oxml.ns import qn

from reporting import document, sections
from reporting.release import Release, ReportError


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("document")
    (folder / "charts").symlink_to(made.folder / "charts")
    shares = document.write(made.release, made.spec, made.pages, folder)
    return folder / document.FILE, shares


def words(path):
    """Words outside the figures, in order."""
    found = []
    for text in docx.Document(str(path)).element.body.iter(qn("w:t")):
        if not any(parent.tag == qn("w:sdt") for parent in text.iterancestors()):
            found += (text.text or "").split()
    return found


def edit(path, copy):
    """Write something before and after whatever each paragraph says, as people do."""
    edited = docx.Document(str(path))
    for paragraph in edited.paragraphs:
        paragraph.insert_paragraph_before("A thought of ours, with 7 words in it.")
        paragraph.add_run(" And more, 12 % of it ours.")
    edited.save(str(copy))


@pytest.fixture
def resubmitted(made, tmp_path):
    """The release after a month was delivered again: each figure of one table is one more, and one is gone."""
    folder = tmp_path / "release"
    shutil.copytree(made.release.folder, folder)
    with duckdb.connect(str(folder / "sna_marts.duckdb")) as con:
        con.execute("update sna.figures set value = value + 1 where table_id = 'T03'")
        con.execute(
            "update sna.figures set value = null where table_id = 'T01' and row_label = 'Volume' and column_label = '2022/2023'"
        )
        changed = con.execute("select count(*) from sna.figures where table_id = 'T03' and value is not null").fetchone()[0]
    release = Release(folder, "analysts")
    yield release, changed
    release.close()


def test_it_has_every_section_in_order_with_gaps_for_people(made, written):
    made_document = docx.Document(str(written[0]))
    headings = [p.text for p in made_document.paragraphs if p.style.name in ("Heading 1", "Heading 2", "Heading 3")]
    assert headings == [sections.title(section) for section in made.spec.sections]
    assert sum(p.text == document.GAP for p in made_document.paragraphs) == len(made.spec.sections)
    assert made_document.core_properties.title == made.spec.title
    assert made.release.id in "\n".join(p.text for p in made_document.paragraphs)
    assert made.release.handling in made_document.sections[0].header.paragraphs[0].text


def test_it_says_what_share_of_each_section_was_generated(made, written):
    shares = written[1]
    assert set(shares) == {section.id for section in made.spec.sections}
    assert shares["3.1"] == 1.0
    assert shares["2.2"] == 0.0


def test_an_unchanged_release_has_no_difference(made, written, tmp_path):
    edit(written[0], tmp_path / "edited.docx")
    assert document.check(made.release, tmp_path / "edited.docx", tmp_path / "checked.docx") == []
    assert words(tmp_path / "checked.docx") == words(tmp_path / "edited.docx")


def test_every_figure_that_moved_is_found_and_changed_and_no_word_is_lost(made, written, resubmitted, tmp_path):
    release, changed = resubmitted
    edit(written[0], tmp_path / "edited.docx")
    found = document.check(release, tmp_path / "edited.docx", tmp_path / "checked.docx")
    assert len([one for one in found if "table_id=T03" in one.place]) == changed > 5
    assert [one.now for one in found if "table_id=T01" in one.place] == ["missing"]
    assert len(found) == changed + 1
    for one in found[:1]:
        assert one.written != one.now
    assert words(tmp_path / "checked.docx") == words(tmp_path / "edited.docx")
    assert document.check(release, tmp_path / "checked.docx", tmp_path / "again.docx") == []


def test_people_s_text_is_in_it_and_never_overwritten(made, written, tmp_path):
    text = tmp_path / "text"
    text.mkdir()
    (text / "3.1.md").write_text("Knives are found & feared.\n\nWe asked 40 people.\n")
    spec = made.spec.model_copy(update={"text": text})
    folder = tmp_path / "out"
    folder.mkdir()
    shares = document.write(made.release, spec, made.pages, folder)
    paragraphs = [p.text for p in docx.Document(str(folder / document.FILE)).paragraphs]
    at = paragraphs.index("Knives are found & feared.")
    assert paragraphs[at + 1] == "We asked 40 people."
    assert 0 < shares["3.1"] < 1
    assert (text / "3.1.md").read_text().startswith("Knives")


def test_what_was_not_made_here_is_refused(made, written, tmp_path):
    (tmp_path / "other.docx").write_text("no document")
    with pytest.raises(ReportError, match="cannot be read"):
        document.check(made.release, tmp_path / "other.docx", tmp_path / "copy.docx")
    docx.Document().save(str(tmp_path / "plain.docx"))
    with pytest.raises(ReportError, match="list of its figures"):
        document.check(made.release, tmp_path / "plain.docx", tmp_path / "copy.docx")


def test_no_part_is_twice_in_the_file_and_pictures_have_descriptions(written):
    with zipfile.ZipFile(written[0]) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    pictures = list(docx.Document(str(written[0])).element.body.iter(qn("wp:docPr")))
    assert all(picture.get("descr") for picture in pictures)
