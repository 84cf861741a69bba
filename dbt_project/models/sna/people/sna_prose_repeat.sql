-- What the prose of sections 3.4 and 3.6 states of the 25 people with most occurrences over the five years.
{% for table_id, role in [('P3.4', 'victim'), ('P3.6', 'suspect')] %}
    {{ prose_number(
        table_id, 1, 'The 25 ' ~ role ~ 's with most occurrences, 2019/20 to 2023/24', 'Occurrences', 'count',
        'sum(occurrences)', ref('repeat_people_top'), where="is_total and role = '" ~ role ~ "'"
    ) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
